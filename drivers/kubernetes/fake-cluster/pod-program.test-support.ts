import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'

/** How a program takes the stop signal. */
export type Manner =
  | 'graceful' // fails readiness, goes on serving for a while, finishes what is in flight, exits with 0
  | 'abrupt' // cuts every connection at once and exits with 0
  | 'deaf' // does not hear it

export interface PodProgram {
  readonly url: URL
  /** Resolves to the exit code. */
  readonly exited: Promise<number>
  readonly log: string
  ready(): boolean
  failReadiness(): void
  terminate(): void
  kill(): void
}

export interface ProgramOptions {
  readonly address: string
  readonly port: number
  readonly name: string
  readonly boot: string
  readonly manner: Manner
  /** What all replicas share, as a database would hold it. */
  readonly shared: Map<string, unknown>
  readonly drainMs: number
  /** What it answers at /version; one that is `never-ready` is not, and what `new-format` writes no other can read. */
  readonly release?: string
}

const newFormat = 'new-format'

/** A service of a few lines in the place of a container: identity, readiness, a store, and an answer that takes its time. */
export async function startProgram(options: ProgramOptions): Promise<PodProgram> {
  const program = new Program(options)
  await program.listen()
  return program
}

class Program implements PodProgram {
  readonly #options: ProgramOptions
  readonly #server: Server
  readonly exited: Promise<number>
  #exit: (code: number) => void = () => undefined
  #isReady: boolean
  #isStopping = false
  log = ''

  constructor(options: ProgramOptions) {
    this.#options = options
    this.#isReady = options.release !== 'never-ready'
    this.exited = new Promise((resolve) => (this.#exit = resolve))
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  async listen(): Promise<void> {
    const { port, address, name } = this.#options
    this.#server.listen(port, address)
    await once(this.#server, 'listening')
    this.log += `${name} listens\n`
  }

  get url(): URL {
    return new URL(`http://${this.#options.address}:${this.#options.port}`)
  }
  ready(): boolean {
    return this.#isReady
  }
  failReadiness(): void {
    this.#isReady = false
  }

  terminate(): void {
    const { manner, drainMs } = this.#options
    if (manner === 'deaf' || this.#isStopping) return
    this.#isStopping = true
    this.log += 'stopping\n'
    if (manner === 'abrupt') {
      this.#end(0)
      return
    }
    this.#isReady = false
    setTimeout(() => {
      this.#server.close(() => this.#exit(0))
      this.#server.closeIdleConnections()
    }, drainMs)
  }

  kill(): void {
    this.#end(137)
  }

  #end(code: number): void {
    this.#server.close()
    this.#server.closeAllConnections()
    this.#exit(code)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { name, boot, shared, release = 'v1' } = this.#options
    const path = request.url ?? '/'
    response.setHeader('x-instance', name)
    response.setHeader('x-boot', boot)
    if (this.#isStopping) response.setHeader('connection', 'close')
    if (path === '/ready') return void response.writeHead(this.#isReady ? 200 : 503).end()
    if (path === '/live') return void response.writeHead(200).end()
    if (path === '/version') return void response.setHeader('content-type', 'application/json').end(JSON.stringify({ release }))
    if (path === '/drain') {
      this.#isReady = false
      return void response.writeHead(200).end()
    }
    if (path.startsWith('/stream/')) return this.#stream(path, response)
    if (request.method === 'PUT') {
      let text = ''
      for await (const piece of request) text += String(piece)
      shared.set(path, release === newFormat ? { format: newFormat, record: JSON.parse(text) as unknown } : JSON.parse(text))
      return void response.writeHead(204).end()
    }
    const stored = shared.get(path)
    const isNewFormat = (stored as { readonly format?: unknown } | undefined)?.format === newFormat
    if (isNewFormat && release !== newFormat) return void response.writeHead(500).end()
    const found = isNewFormat ? (stored as { readonly record: unknown }).record : stored
    if (path.startsWith('/items/') && found === undefined) return void response.writeHead(404).end()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(found ?? {}))
  }

  #stream(path: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('begun\n')
    setTimeout(() => response.end('done\n'), Number(path.slice('/stream/'.length)))
  }
}
