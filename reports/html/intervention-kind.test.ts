import { describe, expect, test } from 'vitest'
import { isProven, kindOf, proofInWords } from './intervention-kind.js'

const one = (name: string, more: { readonly witnessed?: string; readonly error?: string } = {}) => ({ name, target: 'replica-1', label: null, fromMs: 0, toMs: 1, witnessed: more.witnessed ?? null, error: more.error ?? null })

describe('an intervention', () => {
  test.each([
    ['kill', 'fault', false, 'not witnessed'],
    ['drain', 'procedure', false, 'not witnessed'],
    ['upgrade', 'procedure', true, 'answered by what performed it'],
    ['config.apply', 'procedure', true, 'answered by what performed it'],
    ['config.archive', 'reading', true, 'a reading: changes nothing'],
  ])('%s without a witness is a %s', (name, kind, proven, words) => {
    expect([kindOf(one(name)), isProven(one(name)), proofInWords(one(name))]).toEqual([kind, proven, words])
  })
  test('with a witness it is proven, with an error it is not', () => {
    expect(proofInWords(one('kill', { witnessed: 'old process gone' }))).toBe('old process gone')
    expect(isProven(one('kill', { witnessed: 'old process gone', error: 'no' }))).toBe(false)
    expect(proofInWords(one('config.archive', { error: 'no answer' }))).toBe('failed: no answer')
  })
})
