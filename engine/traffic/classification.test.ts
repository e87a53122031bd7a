import { describe, expect, test } from 'vitest'
import type { RequestOutcome } from '../../core/history.js'
import { classify, type Seen } from './classification.js'

const answer: Seen = { ending: 'complete', connected: true, written: true, reused: false, closedByPeer: false, responseBytes: 120, status: 200 }
const loss: Seen = { ending: 'failed', connected: true, written: true, reused: false, closedByPeer: false, responseBytes: 0, sinceSentMs: 200 }
const status = (code: number, more: Partial<Seen> = {}): Seen => ({ ...answer, status: code, problem: { of: 'status', text: `status ${code}` }, ...more })

const table: readonly (readonly [string, Seen, RequestOutcome])[] = [
  ['a valid answer', answer, 'ok'],
  ['a valid answer that announces a close', { ...answer, closeAnnounced: true }, 'ok'],
  ['a valid answer with the marker of degraded ones', { ...answer, marked: true }, 'degraded'],
  ['a marked answer with wrong content', { ...answer, marked: true, problem: { of: 'content', text: 'x' } }, 'wrong-content'],
  ['a marked refusal', status(503, { marked: true, retryAfter: true }), 'polite-refusal'],
  ['an answer with wrong content', { ...answer, problem: { of: 'content', text: 'x' } }, 'wrong-content'],
  ['an unexpected 2xx', status(204), 'wrong-content'],
  ['an unexpected redirect', status(302), 'error-status'],
  ['a 404', status(404), 'error-status'],
  ['a 404 with Connection: close', status(404, { closeAnnounced: true }), 'error-status'],
  ['a 500 with Retry-After', status(500, { retryAfter: true }), 'error-status'],
  ['a bare 503', status(503), 'error-status'],
  ['a 503 with Retry-After', status(503, { retryAfter: true }), 'polite-refusal'],
  ['a 503 with Connection: close', status(503, { closeAnnounced: true }), 'polite-refusal'],
  ['a 429 with Retry-After', status(429, { retryAfter: true }), 'polite-refusal'],
  ['a 502 of the balancer', status(502, { balancer: 'backend reset' }), 'error-status'],
  ['a 503 of the balancer with Retry-After', status(503, { balancer: 'no backend', retryAfter: true }), 'error-status'],
  ['a refused connection', { ...loss, connected: false, written: false, code: 'ECONNREFUSED' }, 'refused'],
  ['a connect that takes too long', { ...loss, ending: 'timeout', connected: false, written: false }, 'refused'],
  ['a reset before anything was written', { ...loss, written: false, code: 'ECONNRESET' }, 'reset-before-send'],
  ['a reset on a fresh connection at once', { ...loss, sinceSentMs: 1, code: 'ECONNRESET' }, 'reset-in-flight'],
  ['a reset on a reused connection at once', { ...loss, reused: true, sinceSentMs: 49, code: 'ECONNRESET' }, 'reset-idle'],
  ['a FIN on a reused connection at once', { ...loss, reused: true, sinceSentMs: 1, closedByPeer: true }, 'reset-idle'],
  ['a reset on a reused connection later', { ...loss, reused: true, sinceSentMs: 50, code: 'ECONNRESET' }, 'reset-in-flight'],
  ['a FIN on a reused connection later', { ...loss, reused: true, sinceSentMs: 50, closedByPeer: true }, 'closed-in-flight'],
  ['a FIN on a fresh connection', { ...loss, sinceSentMs: 1, closedByPeer: true }, 'closed-in-flight'],
  ['a FIN in the answer', { ...loss, responseBytes: 10, closedByPeer: true }, 'truncated'],
  ['a FIN in the answer on a reused connection at once', { ...loss, reused: true, sinceSentMs: 1, responseBytes: 10, closedByPeer: true }, 'truncated'],
  ['a reset in the answer', { ...loss, responseBytes: 10, code: 'ECONNRESET' }, 'truncated'],
  ['fewer bytes than announced', { ...loss, responseBytes: 10, code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' }, 'truncated'],
  ['something that is not HTTP', { ...loss, responseBytes: 10, code: 'HPE_INVALID_CONSTANT' }, 'wrong-content'],
  ['no answer in time', { ...loss, ending: 'timeout' }, 'timeout'],
  ['half an answer in time', { ...loss, ending: 'timeout', responseBytes: 10 }, 'timeout'],
  ['a body without end', { ...answer, ending: 'endless' }, 'wrong-content'],
  ['given up by us', { ...loss, ending: 'cancelled' }, 'cancelled'],
  ['no more file descriptors here', { ...loss, connected: false, written: false, code: 'EMFILE' }, 'cancelled'],
  ['no more local ports', { ...loss, connected: false, written: false, code: 'EADDRNOTAVAIL' }, 'cancelled'],
  ['a request we made badly', { ...loss, connected: false, written: false, code: 'UND_ERR_INVALID_ARG' }, 'cancelled'],
]

describe('classify', () => {
  test.each(table)('%s', (_name, seen, outcome) => {
    expect(classify(seen).outcome).toBe(outcome)
  })
  test('says that the balancer made an answer', () => {
    expect(classify(status(502, { balancer: 'reset' })).detail).toBe('made by the balancer: reset')
  })
})

describe('what a client module says of its failure', () => {
  const answered = { ending: 'complete', connected: true, written: true, reused: false, closedByPeer: false, responseBytes: 100, status: 503, problem: { of: 'status', text: 'status 503' } } as const
  test.each([
    [{ kind: 'not-sent', reused: false, sinceSentMs: 3, detail: 'ECONNREFUSED' }, 'refused'],
    [{ kind: 'unknown', reused: false, sinceSentMs: 3, detail: 'closed' }, 'reset-in-flight'],
    [{ kind: 'unknown', reused: true, sinceSentMs: 3, detail: 'closed' }, 'reset-idle'],
    [{ kind: 'unknown', reused: true, sinceSentMs: 300, detail: 'closed' }, 'reset-in-flight'],
    [{ kind: 'rejected', reused: true, sinceSentMs: 3, detail: 'READONLY' }, 'error-status'],
  ] as const)('%o is %s', (client, outcome) => {
    expect(classify({ ...answered, client })).toEqual({ outcome, detail: client.detail })
  })
})
