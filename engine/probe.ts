import { request } from 'node:http'
import { connect } from 'node:net'
import { clientHeaders, parseClientFailure } from '../core/client-module.js'
import { lookupMoving } from '../operating-system/moving-addresses.js'
import { noteShortage } from '../operating-system/own-shortage.js'

/** One answer to one question on a connection of its own. For witnesses and waits; traffic is recorded elsewhere. */
export interface ProbeAnswer {
  readonly outcome: 'answered' | 'refused' | 'reset' | 'timeout'
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly code?: string
}

export interface ProbeOptions {
  readonly method?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** Never throws: what went wrong is the answer. */
export function probe(url: URL, { method = 'GET', timeoutMs, signal }: ProbeOptions): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const sent = request(url, { method, agent: false, lookup: lookupMoving, headers: { connection: 'close' }, ...(signal === undefined ? {} : { signal }) })
    const timer = setTimeout(() => {
      resolve({ outcome: 'timeout' })
      sent.destroy()
    }, timeoutMs)
    sent.on('response', (response) => {
      clearTimeout(timer)
      const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
      const failure = headers[clientHeaders.failure]
      if (failure !== undefined && parseClientFailure(failure)?.kind === 'not-sent') resolve({ outcome: 'refused' })
      else resolve({ outcome: 'answered', status: response.statusCode ?? 0, headers })
      response.on('error', () => {}) // the head is all we wanted
      response.resume()
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      noteShortage(error)
      resolve({ outcome: error.code === 'ECONNREFUSED' ? 'refused' : 'reset', ...(error.code === undefined ? {} : { code: error.code }) })
    })
    sent.end()
  })
}

/** A URL does not write the port that its scheme has by default. */
export const portOf = (url: URL): number => Number(url.port === '' ? 80 : url.port)

/** Readiness or liveness passes with any 2xx or 3xx. */
export const passes = (answer: ProbeAnswer): boolean => answer.status !== undefined && answer.status >= 200 && answer.status < 400

/** Whether something accepts TCP connections there. */
export function acceptsConnections(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, lookup: lookupMoving })
    const end = (accepted: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(accepted)
    }
    const timer = setTimeout(() => end(false), timeoutMs)
    socket.on('connect', () => end(true))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      noteShortage(error)
      end(false)
    })
  })
}

/** Polls until the condition holds, the time is up or the signal fires. A condition that throws does not hold. */
export async function pollUntil(condition: () => boolean | Promise<boolean>, options: { readonly timeoutMs: number; readonly everyMs?: number; readonly signal?: AbortSignal }): Promise<boolean> {
  const endAt = performance.now() + options.timeoutMs
  for (;;) {
    if (options.signal?.aborted) return false
    if (await Promise.resolve().then(condition).catch(() => false)) return true
    if (performance.now() >= endAt) return false
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25))
  }
}
