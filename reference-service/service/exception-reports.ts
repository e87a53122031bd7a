import { request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { defective } from '../defects.js'
import type { Identity } from './identity.js'
import { logError } from './log.js'

const answerMs = 2_000
const attempts = 3
/** A collector that does not answer must not fill the memory with what it misses. */
const waitingMax = 200
/** The last report of a process must not keep it from being started again for longer. */
const lastWordMs = 2_000

/** Tells the collector of exceptions that nobody handled. What speaks its protocol is loaded with the first of them. */
export class ExceptionReports {
  private waiting = 0
  private ending = false

  constructor(
    /** Data source name in the form of Sentry, `http://KEY@HOST:PORT/PROJECT`; without one nothing is reported. */
    private readonly dsn: string | undefined,
    private readonly identity: Identity,
  ) {}

  /** Resolves when the collector has taken it, or was given up. Never rejects. */
  async report(error: Error, { fatal = false, traceId }: { readonly fatal?: boolean; readonly traceId?: string | undefined } = {}): Promise<void> {
    if (this.dsn === undefined || this.waiting >= waitingMax) return
    if (defective('excp.swallowed') && error instanceof TypeError && !fatal) return
    this.waiting++
    try {
      const { sentryEnvelope } = await import('./sentry-envelope.js')
      const { instance, boot, release } = this.identity
      const envelope = sentryEnvelope(this.dsn, { error, instance, boot, release: `ledger@${release.releaseId}`, fatal, ...(traceId === undefined ? {} : { traceId }) })
      if (envelope !== undefined) await this.deliver(envelope)
    } catch (failure) {
      logError('service', 'an exception could not be reported', { error: (failure as Error).message, exception: error.message })
    } finally {
      this.waiting--
    }
  }

  private async deliver({ url, body }: { readonly url: string; readonly body: string | Uint8Array }): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await post(url, body)
      } catch (failure) {
        if (attempt === attempts) throw failure
        await pause(100 * attempt)
      }
    }
  }

  /** Ends the process with exit code 1, but not before the collector knows why, or had its time. */
  end(error: Error): void {
    if (this.ending) return
    this.ending = true
    logError('service', 'fatal exception', { error: error.message, stack: error.stack })
    const told = this.report(error, { fatal: true })
    if (defective('excp.lost-on-crash')) process.exit(1)
    void Promise.race([told, pause(lastWordMs)]).finally(() => process.exit(1))
  }
}

function post(url: string, body: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestSecurely : request
    const sent = send(url, { method: 'POST', headers: { 'content-type': 'application/x-sentry-envelope', 'content-length': Buffer.byteLength(body) }, agent: false, signal: AbortSignal.timeout(answerMs) }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve()
        else reject(new Error(`the collector answered ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
