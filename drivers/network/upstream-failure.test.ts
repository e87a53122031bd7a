import { expect, test } from 'vitest'
import { errorWithCode, upstreamFailureOf } from './upstream-failure.js'

test.each([
  ['ECONNREFUSED', 'connect', 502, 'refused'],
  ['ETIMEDOUT', 'connect', 504, 'connect-timeout'],
  ['ECONNRESET', 'read', 502, 'reset'],
  ['ECONNRESET', undefined, 502, 'closed'],
  ['EPIPE', 'write', 502, 'closed'],
  ['EADDRNOTAVAIL', 'connect', 502, 'local-failure'],
  ['EMFILE', 'connect', 502, 'local-failure'],
  ['EHOSTUNREACH', 'connect', 502, 'failed'],
])('%s of %s is %i %s', (code, syscall, status, reason) => {
  const error = Object.assign(errorWithCode(code, 'it failed'), { syscall })
  expect(upstreamFailureOf(error)).toEqual({ status, reason, detail: `it failed (${code})` })
})
