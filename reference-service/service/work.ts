import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { DatabaseAccess } from './database-access.js'
import { EndedByDrain, Refusal } from './errors.js'
import type { Identity } from './identity.js'

/** How often the work with a key was done. Not idempotent on purpose: doing it twice shows. */
class Effects {
  constructor(private readonly database: DatabaseAccess) {}

  async record(key: string): Promise<void> {
    const statement = 'insert into effects (key, count) values ($1, 1) on conflict (key) do update set count = effects.count + 1'
    await this.database.write(statement, [key])
  }
  async count(key: string): Promise<number> {
    const [row] = await this.database.strong<{ count: number }>('select count from effects where key = $1', [key])
    return row?.count ?? 0
  }
}

type Timed = { Params: { key: string }; Querystring: { durationMs?: string } }

const durationMsMax = 120_000
function durationOf(text: string | undefined): number {
  const durationMs = Number(text ?? 1_000)
  if (durationMs >= 0 && durationMs <= durationMsMax) return durationMs
  throw new Refusal(422, `found durationMs=${text}, expected a number from 0 to ${durationMsMax}`)
}

/** Once the signal has fired nothing is begun any more: the client is told that there was no effect. */
function refuseAfter(signal: AbortSignal): void {
  if (signal.aborted) throw new EndedByDrain()
}
async function workFor(durationMs: number, signal: AbortSignal): Promise<void> {
  await pause(durationMs, undefined, { signal }).catch(() => {})
  refuseAfter(signal)
}

/** Counts the bytes of a body until its end. Rejects when the client leaves before. */
function receive(body: IncomingMessage, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    body.on('data', (chunk: Buffer) => (bytes += chunk.length))
    body.once('end', () => resolve(bytes))
    body.once('error', reject)
    body.once('close', () => reject(new Refusal(400, 'the body was cut')))
    signal.addEventListener('abort', () => reject(new EndedByDrain()), { once: true })
  })
}

/** Work that takes time, each kind catchable in flight in its own way, each with an effect at its completion. */
export function workRoutes(app: FastifyInstance, database: DatabaseAccess, identity: Identity): void {
  const effects = new Effects(database)

  app.post<Timed>('/slow/:key', async (request) => {
    const { key } = request.params
    const durationMs = durationOf(request.query.durationMs)
    await workFor(durationMs, request.work.signal)
    await effects.record(key)
    return { key, durationMs }
  })

  // The answer begins before the work is done.
  app.post<Timed>('/stream/:key', (request, reply) => {
    const durationMs = durationOf(request.query.durationMs)
    const { key } = request.params
    const lines = streamLines({ key, durationMs, identity, signal: request.work.signal, effects })
    return reply.type('text/plain; charset=utf-8').send(Readable.from(lines))
  })

  app.get<{ Params: { key: string } }>('/effects/:key', async (request) => {
    const { key } = request.params
    return { key, count: await effects.count(key) }
  })

  void app.register((scope, _options, done) => {
    // The body is not read before the handler: the client holds it open as long as it likes.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload))
    scope.post<{ Params: { key: string } }>('/hold/:key', async (request) => {
      const { key } = request.params
      const bytes = await receive(request.raw, request.work.signal)
      await effects.record(key)
      return { key, bytes }
    })
    done()
  })
}

interface StreamedWork {
  readonly key: string
  readonly durationMs: number
  readonly identity: Identity
  readonly signal: AbortSignal
  readonly effects: Effects
}

const chunkIntervalMs = 100
async function* streamLines({ key, durationMs, identity, signal, effects }: StreamedWork): AsyncGenerator<string> {
  yield `instance ${identity.instance}\n`
  const untilMs = performance.now() + durationMs
  for (let line = 1; performance.now() < untilMs; line++) {
    await workFor(Math.min(chunkIntervalMs, untilMs - performance.now()), signal)
    yield `line ${line}\n`
  }
  refuseAfter(signal)
  await effects.record(key)
  yield `end ${key}\n`
}
