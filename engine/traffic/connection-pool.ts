import { Connection } from './connection.js'

export interface PoolOptions {
  readonly url: URL
  readonly clock: () => number
  /** `keep-alive` reuses what is idle, last used first; `fresh` opens a connection for each request. */
  readonly connections: 'keep-alive' | 'fresh'
}

/** As many connections to one address as there are requests outstanding: an open loop never waits for one. */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  #numbers = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  acquire(): Connection {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) return this.open()
      if (connection.usable) {
        connection.busy = true
        return connection
      }
      this.#discard(connection)
    }
  }

  /** A connection that was never used. */
  open(): Connection {
    const { url, clock } = this.#options
    const connection: Connection = new Connection({ url, clock, nextNumber: () => ++this.#numbers, onIdleClose: () => this.#discard(connection) })
    connection.busy = true
    this.#all.add(connection)
    return connection
  }

  release(connection: Connection): void {
    connection.busy = false
    if (this.#options.connections === 'keep-alive' && connection.usable) this.#idle.push(connection)
    else this.#discard(connection)
  }

  close(): void {
    for (const connection of this.#all) connection.destroy()
    this.#all.clear()
    this.#idle.length = 0
  }

  #discard(connection: Connection): void {
    if (!this.#all.delete(connection)) return
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    connection.destroy()
  }
}
