import { setTimeout as pause } from 'node:timers/promises'
import type Docker from 'dockerode'
import { notDone } from '../process/not-done.js'
import { byLine } from './by-line.js'
import { engineError } from './engine-error.js'

/** What a container of ours is that carries out orders of one line each. */
export interface ShellOptions {
  readonly name: string
  readonly image: string
  /** For `/bin/sh`. It says `ready`, with the reason after it where it is not; reads orders from standard input, and answers each with its number and what became of it. */
  readonly script: string
  readonly labels: Readonly<Record<string, string>>
  readonly hostConfig: Docker.HostConfig
}

/** A helper that does nothing at all any more must not hold a run up. */
const answerWithinMs = 10_000
const goneWithinMs = 5_000

/** A shell in a container, with what it may do there; it ends when the connection to it does. */
export class OrderedShell {
  readonly #container: Docker.Container
  readonly #stream: NodeJS.ReadWriteStream
  readonly #open = new Map<string, (answer: string) => void>()
  #orders = 0
  #ended = false

  private constructor(container: Docker.Container, stream: NodeJS.ReadWriteStream) {
    this.#container = container
    this.#stream = stream
  }

  /** `doing`: for the error. Throws SeaworthyError. */
  static async start(docker: Docker, { name, image, script, labels, hostConfig }: ShellOptions, doing: string): Promise<OrderedShell> {
    let container: Docker.Container | undefined
    let stream: NodeJS.ReadWriteStream | undefined
    try {
      container = await docker.createContainer({
        name,
        Image: image,
        Entrypoint: ['/bin/sh', '-c', script],
        Cmd: [],
        User: '0:0',
        Labels: labels,
        Healthcheck: { Test: ['NONE'] },
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
        AttachStdout: true,
        HostConfig: { AutoRemove: true, ...hostConfig },
      })
      stream = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true })
      const helper = new OrderedShell(container, stream)
      const ready = helper.#answerTo('ready')
      helper.#listen(docker)
      await container.start()
      const said = await ready
      if (said === '') return helper
      throw notDone(doing, said)
    } catch (error) {
      stream?.end()
      await container?.remove({ force: true }).catch(() => undefined) // one that was never started does not remove itself
      throw engineError(doing, error)
    }
  }

  get container(): Docker.Container {
    return this.#container
  }
  get hasEnded(): boolean {
    return this.#ended
  }

  /** Resolves to what it answers: one line, or why there is none. Never throws. */
  async ask(order: string): Promise<string> {
    if (this.#ended) return 'the helper has ended'
    this.#orders += 1
    const number = String(this.#orders)
    const answer = this.#answerTo(number)
    this.#stream.write(`${number} ${order}\n`)
    return answer
  }

  async close(): Promise<void> {
    this.#ended = true
    this.#stream.end()
    await this.#container.remove({ force: true }).catch(() => undefined) // it removes itself
    // An order that it was still carrying out is over when it is gone.
    await Promise.race([this.#container.wait({ condition: 'removed' }).catch(() => undefined), pause(goneWithinMs, undefined, { ref: false })])
  }

  #answerTo(order: string): Promise<string> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(`no answer within ${answerWithinMs} ms`), answerWithinMs).unref()
      const settle = (answer: string): void => {
        clearTimeout(timer)
        this.#open.delete(order)
        resolve(answer)
      }
      this.#open.set(order, settle)
    })
  }

  #listen(docker: Docker): void {
    const hear = byLine((line) => {
      const [order = '', ...answer] = line.split(' ')
      this.#open.get(order)?.(answer.join(' '))
    })
    const output = { write: (chunk: Buffer): boolean => {
      hear(chunk)
      return true
    } } as unknown as NodeJS.WritableStream
    docker.modem.demuxStream(this.#stream, output, output)
    const end = (): void => {
      this.#ended = true
      for (const settle of this.#open.values()) settle('the helper has ended')
    }
    this.#stream.on('end', end).on('close', end).on('error', end)
  }
}
