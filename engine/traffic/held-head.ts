import type { Socket } from 'node:net'

type Encoding = BufferEncoding | undefined

/**
 * Keeps back what is written on a connection first: half of the first request's head is sent at once, everything
 * after it when released. To a server that closes idle connections, one with half of a head is not idle, whatever it
 * does in its handlers (RFC 9112, section 2.1: a message begins with its start line).
 */
export class HeldHead {
  readonly #later: (() => void)[] = []
  #begin: () => void = () => {}
  #begun = false
  #released = false
  /** When half of it has been sent. */
  readonly halfSent = new Promise<void>((resolve) => {
    this.#begin = resolve
  })

  get isHalfSent(): boolean {
    return this.#begun
  }

  /** To be called before anything is written on the socket. */
  hold(socket: Socket): void {
    const write = socket.write.bind(socket)
    const send = (bytes: Buffer): void => {
      if (socket.writable) write(bytes)
    }
    const held = (chunk: string | Uint8Array, encoding: Encoding): boolean => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk)
      if (this.#released) return write(bytes)
      const half = this.#begun ? 0 : Math.floor(bytes.length / 2)
      if (!this.#begun) this.#begin()
      this.#begun = true
      if (half > 0) send(bytes.subarray(0, half))
      this.#later.push(() => send(bytes.subarray(half)))
      return true
    }
    // What undici writes has no callback; one would have to be called when the bytes are sent.
    socket.write = ((chunk: string | Uint8Array, encoding?: Encoding) => held(chunk, encoding)) as Socket['write']
  }

  /** Sends what was kept back; from then on everything is sent at once. Again, or before anything was written, it does nothing else. */
  release(): void {
    this.#released = true
    for (const send of this.#later.splice(0)) send()
  }
}
