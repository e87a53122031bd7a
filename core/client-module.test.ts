import { describe, expect, test } from 'vitest'
import { clientFailureText, parseClientFailure } from './client-module.js'

describe('what a client module says of a failure', () => {
  test('arrives as it was sent', () => {
    const failure = { kind: 'unknown', reused: true, sinceSentMs: 12, detail: 'read ECONNRESET' } as const
    expect(parseClientFailure(clientFailureText(failure))).toEqual(failure)
  })

  test('is fit to be the value of a header whatever the module says', () => {
    const text = clientFailureText({ kind: 'not-sent', reused: false, sinceSentMs: 0.4, detail: `a\r\nx-forged: 1 ${'é'.repeat(400)}` })
    expect(text).toMatch(/^[\x20-\x7e]{1,200}$/)
    expect(parseClientFailure(text)).toMatchObject({ kind: 'not-sent', reused: false, sinceSentMs: 0 })
  })

  test('anything else is none', () => {
    expect(parseClientFailure('timeout;fresh;1;x')).toBeUndefined()
    expect(parseClientFailure('')).toBeUndefined()
  })
})
