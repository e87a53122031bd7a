// How the harness talks to NATS: a JetStream stream that keeps the last message of each subject, as key and value. Needs no package.
import { createConnection } from 'node:net'

const answerMs = 5_000
const tokenOf = (key) => Buffer.from(key).toString('hex') // a key may hold what a subject may not
const subjectOf = (key) => `kv.${tokenOf(key)}`

/** One connection of the NATS protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol */
class Connection {
  waiting = undefined
  received = Buffer.alloc(0)
  constructor(socket) {
    this.socket = socket
    this.info = new Promise((resolve, reject) => Object.assign(this, { greeted: resolve, failed: reject }))
    this.info.catch(() => {})
    socket.on('data', (chunk) => this.take(chunk))
    for (const event of ['error', 'close']) socket.on(event, (error) => this.fail(error instanceof Error ? error : new Error('the connection was closed')))
  }

  fail(error) {
    this.failed(error)
    this.waiting?.reject(error)
  }

  take(chunk) {
    this.received = Buffer.concat([this.received, chunk])
    for (let end = this.received.indexOf('\r\n'); end >= 0; end = this.received.indexOf('\r\n')) {
      const line = this.received.subarray(0, end).toString()
      const message = /^MSG\s.*\s(\d+)$/.exec(line)
      const size = message === null ? 0 : Number(message[1]) + 2
      if (this.received.length < end + 2 + size) return
      const payload = this.received.subarray(end + 2, end + 2 + size - 2)
      this.received = this.received.subarray(end + 2 + size)
      if (message !== null) this.waiting?.resolve(payload.toString())
      else if (line.startsWith('INFO ')) this.greeted(JSON.parse(line.slice(5)))
      else if (line === 'PING') this.socket.write('PONG\r\n')
      else if (line.startsWith('-ERR')) this.fail(new Error(line))
    }
  }

  /** Publishes with a place for the answer, and waits for that. */
  request(subject, payload) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${subject} within ${answerMs} ms`)), answerMs)
      const settled = (settle) => (value) => {
        clearTimeout(timer)
        this.waiting = undefined
        settle(value)
      }
      this.waiting = { resolve: settled((text) => resolve(JSON.parse(text))), reject: settled(reject) }
      this.socket.write(`PUB ${subject} _INBOX.answer.${this.inbox} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`)
    })
  }

  async greet() {
    const { server_id: serverId, client_id: clientId } = await this.info
    this.inbox = clientId
    this.serverId = serverId
    this.socket.write(`CONNECT {"verbose":false,"pedantic":false,"lang":"seaworthy","version":"1"}\r\nSUB _INBOX.answer.${this.inbox} 1\r\n`)
  }
}

/** The stream is made by whoever comes first; NATS_STORAGE says where it keeps its messages. */
export async function open({ host, port, env }) {
  const socket = createConnection({ host, port, noDelay: true })
  const connection = new Connection(socket)
  const timer = setTimeout(() => connection.fail(new Error('no greeting')), answerMs)
  try {
    await connection.greet()
    const stream = { name: 'seaworthy', subjects: ['kv.>'], storage: env.NATS_STORAGE, max_msgs_per_subject: 1, num_replicas: 1 }
    const made = await connection.request('$JS.API.STREAM.CREATE.seaworthy', JSON.stringify(stream))
    if (made.error !== undefined) throw new Error(made.error.description)
    return connection
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** An acknowledgement of JetStream says that the message is in the stream. */
export async function write(connection, key, value) {
  const { seq, error } = await connection.request(subjectOf(key), value)
  if (error !== undefined) throw Object.assign(new Error(error.description), { rejected: true })
  if (!(seq > 0)) throw new Error('an answer without a sequence number')
}

export async function read(connection, key) {
  const { message, error } = await connection.request('$JS.API.STREAM.MSG.GET.seaworthy', JSON.stringify({ last_by_subj: subjectOf(key) }))
  if (error?.code === 404) return undefined
  if (error !== undefined) throw new Error(error.description)
  return Buffer.from(message.data ?? '', 'base64').toString()
}

export async function list(connection, prefix) {
  const keys = []
  for (let offset = 0, total = 1; offset < total; ) {
    const { state, total: all, error } = await connection.request('$JS.API.STREAM.INFO.seaworthy', JSON.stringify({ subjects_filter: 'kv.>', offset }))
    if (error !== undefined) throw new Error(error.description)
    const subjects = Object.keys(state.subjects ?? {})
    keys.push(...subjects.map((subject) => Buffer.from(subject.slice('kv.'.length), 'hex').toString()))
    offset += subjects.length
    total = subjects.length === 0 ? 0 : (all ?? subjects.length)
  }
  return keys.filter((key) => key.startsWith(prefix))
}

export async function close(connection) {
  connection.socket.destroy()
}

/** A new one for each start of the server. */
export const boot = async (connection) => connection.serverId
