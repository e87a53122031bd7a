import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface ReplicaState {
  readonly name: string // of the release
  readonly boot: string
  readonly ready: boolean
}
export interface Awaited {
  readonly release: string
  /** The start that was ended. */
  readonly before: string
  readonly readyMs: number
  readonly startMs: number
}

const everyMs = 50
const answerTimeoutMs = 2_000

interface Answer {
  readonly status: number
  /** The start of the process that answered. */
  readonly boot: string
  readonly body: Readonly<Record<string, unknown>>
}

/** One replica, by its administration interface. */
export class ReplicaUnderRollOut {
  constructor(
    readonly name: string,
    private readonly url: string,
  ) {}

  /** Throws when it does not answer within the time. */
  async state(withinMs: number): Promise<ReplicaState> {
    const found = await within(withinMs, () => this.look())
    if (found === undefined) throw new Error(`${this.name} does not answer`)
    return found
  }

  async drain(withinMs: number): Promise<void> {
    await this.order('POST', '/admin/drain')
    const drained = await within(withinMs, async () => ((await this.ask('GET', '/admin/drain'))?.body['state'] === 'drained' ? true : undefined))
    if (drained === undefined) throw new Error(`${this.name} was not drained within ${withinMs} ms`)
  }

  async install(release: string): Promise<void> {
    await this.order('PUT', '/admin/release', { release })
  }
  /** Each resolves to the start that is ended by it, which need not be the one that was seen before: one that crashes starts again by itself. */
  stop(): Promise<string> {
    return this.order('POST', '/admin/stop')
  }
  kill(): Promise<string> {
    return this.order('POST', '/admin/crash')
  }

  /** Throws when it is not ready in time, or ends again before. */
  async untilReady({ release, before, readyMs, startMs }: Awaited): Promise<void> {
    const started = await within(startMs, async () => {
      const state = await this.look()
      return state === undefined || state.boot === before ? undefined : state
    })
    if (started === undefined) throw new Error(`${this.name} did not start again within ${startMs} ms`)
    if (started.name !== release) throw new Error(`${this.name} runs ${started.name}, expected ${release}`)
    const end = await within(readyMs, async () => {
      const state = await this.look()
      if (state !== undefined && state.boot !== started.boot) return 'crashed'
      return state?.ready ? 'ready' : undefined
    })
    if (end === 'ready') return
    throw new Error(`${this.name} with ${release} ${end === 'crashed' ? 'ended by itself and was started again' : `was not ready within ${readyMs} ms`}`)
  }

  private async look(): Promise<ReplicaState | undefined> {
    const version = await this.ask('GET', '/version')
    if (version?.status !== 200) return undefined
    const { name, boot } = version.body
    const readiness = await this.ask('GET', '/health/ready')
    return { name: String(name), boot: String(boot), ready: readiness?.status === 200 }
  }

  /** Repeated while nobody answers: a release that crashes is there only now and then. */
  private async order(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await within(10_000, () => this.ask(method, path, body))
    if (answer === undefined) throw new Error(`${this.name} does not answer`)
    if (answer.status >= 300) throw new Error(`${this.name} answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.boot
  }

  private ask(method: string, path: string, body?: unknown): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const sent = request(new URL(path, this.url), { method, agent: false, timeout: answerTimeoutMs, headers: { 'content-type': 'application/json' } }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.once('error', () => resolve(undefined))
        response.once('end', () => {
          try {
            resolve({ status: response.statusCode ?? 0, boot: String(response.headers['x-boot'] ?? ''), body: JSON.parse(text) as Answer['body'] })
          } catch {
            resolve(undefined)
          }
        })
      })
      sent.once('timeout', () => sent.destroy())
      sent.once('error', () => resolve(undefined))
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

/** The first answer that is not undefined, or undefined when the time is over. */
async function within<T>(durationMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const endAtMs = performance.now() + durationMs
  for (;;) {
    const found = await look()
    if (found !== undefined || performance.now() > endAtMs) return found
    await pause(everyMs)
  }
}

/** `replica-0=http://127.0.0.1:4711,…` */
export function parseReplicas(list: string): ReplicaUnderRollOut[] {
  return list
    .split(',')
    .map((one) => one.split('='))
    .flatMap(([name, url]) => (name === undefined || url === undefined || url === '' ? [] : [new ReplicaUnderRollOut(name, url)]))
}
