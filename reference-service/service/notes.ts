import { request } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Address } from './environment.js'
import { Refusal, Unavailable } from './errors.js'

/** Notes are kept by the note store, a component of its own that exists once: see `note-store.ts`. */
const timeoutMs = 1_500

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Each exchange on a connection of its own, so that the next one finds the store wherever its name leads by then. */
function ask(store: Address, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const sent = request({ ...store, method, path, agent: false, timeout: timeoutMs, headers: text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } })
    const unavailable = (cause: Error): void => reject(new Unavailable(`the note store cannot be used: ${cause.message}`, { cause }))
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    sent.once('error', unavailable)
    sent.once('response', (response) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (received += chunk))
      response.once('error', unavailable)
      response.once('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(received) as unknown })
        } catch (error) {
          unavailable(error as Error)
        }
      })
    })
    sent.end(text)
  })
}

async function accepted(answer: Promise<Answer>, key: string): Promise<unknown> {
  const { status, body } = await answer
  if (status === 404) throw new Refusal(404, `no note ${key}`)
  if (status === 503) throw new Unavailable('the note store takes no notes for the moment')
  if (status !== 200) throw new Error(`the note store answered ${status}`)
  return body
}

export function noteRoutes(app: FastifyInstance, store: Address | undefined): void {
  type Keyed = { Params: { key: string } }
  const path = (key: string): string => `/notes/${encodeURIComponent(key)}`
  const known = (): Address => {
    if (store === undefined) throw new Unavailable('no note store is configured')
    return store
  }
  app.put<Keyed>('/notes/:key', async ({ params: { key }, body }) => {
    const { text } = (body ?? {}) as { text?: unknown }
    if (typeof text !== 'string') throw new Refusal(422, 'expected a JSON object with "text"')
    return accepted(ask(known(), 'PUT', path(key), { text }), key)
  })
  app.get<Keyed>('/notes/:key', ({ params: { key } }) => accepted(ask(known(), 'GET', path(key)), key))
}
