import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { readMessages, sendMessage } from '../json-lines.js'
import type { Message } from '../json-lines.js'
import type { Address } from './environment.js'

export interface LineClientOptions {
  /** Asked before each attempt to connect: where a name leads to may change. */
  readonly address: () => Address
  readonly onMessage: (message: Message) => void
  /** A peer that is silent for longer than this is taken for gone. Without it silence means nothing. */
  readonly silenceMsMax?: number
}

const reconnectMs = 100

/** One persistent connection to a component, made again whenever it ends. */
export class LineClient {
  private socket: Socket | undefined
  private readonly waiting = new Map<number, { resolve(message: Message): void; reject(error: Error): void }>()
  private lastId = 0
  private closed = false

  constructor(private readonly options: LineClientOptions) {}

  get connected(): boolean {
    return this.socket?.readyState === 'open'
  }

  start(): void {
    if (this.closed) return
    const socket = connect({ ...this.options.address(), noDelay: true })
    this.socket = socket
    const { silenceMsMax } = this.options
    if (silenceMsMax !== undefined) socket.setTimeout(silenceMsMax, () => socket.destroy())
    socket.on('error', () => {}) // followed by close
    socket.once('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the connection was closed'))
      this.waiting.clear()
      setTimeout(() => this.start(), reconnectMs).unref()
    })
    readMessages(socket, (message) => this.receive(message))
  }

  private receive(message: Message): void {
    const { id } = message
    if (typeof id !== 'number') return this.options.onMessage(message)
    this.waiting.get(id)?.resolve(message)
    this.waiting.delete(id)
  }

  /** Sent and forgotten; nothing happens while there is no connection. */
  send(message: Message): void {
    if (this.socket !== undefined && this.connected) sendMessage(this.socket, message)
  }

  /** Rejects at once when there is no connection, and when there is no answer in time. */
  request(message: Message, timeoutMs: number): Promise<Message> {
    const { socket } = this
    if (socket === undefined || !this.connected) return Promise.reject(new Error('there is no connection'))
    const id = ++this.lastId
    return new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id)
        reject(new Error(`no answer within ${timeoutMs} ms`))
      }, timeoutMs)
      const settled = <T>(settle: (value: T) => void) => (value: T): void => {
        clearTimeout(timer)
        settle(value)
      }
      this.waiting.set(id, { resolve: settled(resolve), reject: settled(reject) })
      sendMessage(socket, { ...message, id })
    })
  }

  close(): void {
    this.closed = true
    this.socket?.destroy()
  }
}
