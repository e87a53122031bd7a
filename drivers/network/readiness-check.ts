import { request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { messageOf } from '../../core/errors.js'

export interface CheckResult {
  readonly passed: boolean
  readonly reason: string // 'readiness answered 503'
  readonly lateAfterMs?: number // no answer came within this time
}

/** A timer that fires this late shows that this process was stalled, and the answer may be waiting unread. */
const stallMs = 20

/**
 * One readiness check on a connection of its own: `GET path`, passed with 2xx or 3xx. Never rejects. A stall of
 * this process is not charged to the backend: the time it was stalled is added once.
 */
export function checkReadiness(target: { readonly host: string; readonly port: number; readonly path: string }, timeoutMs: number): Promise<CheckResult> {
  return new Promise((resolve) => {
    const check = request({
      host: target.host,
      port: target.port,
      path: target.path,
      agent: false,
      headers: { connection: 'close', 'user-agent': 'seaworthy-balancer' },
    })
    const dueAtMs = performance.now() + timeoutMs
    const expire = (): void => {
      resolve({ passed: false, reason: `readiness gave no answer within ${timeoutMs} ms`, lateAfterMs: timeoutMs })
      check.destroy()
    }
    let timer = setTimeout(() => {
      const lateMs = performance.now() - dueAtMs
      if (lateMs < stallMs) return expire()
      timer = setTimeout(expire, lateMs)
    }, timeoutMs)
    check.once('response', (answer) => {
      const status = answer.statusCode ?? 0
      resolve({ passed: status >= 200 && status < 400, reason: `readiness answered ${status}` })
      answer.on('error', () => {}) // the status decides; a cut body does not matter
      answer.resume()
    })
    check.once('error', (error) => resolve({ passed: false, reason: `readiness failed: ${messageOf(error)}` }))
    check.once('close', () => clearTimeout(timer))
    check.end()
  })
}
