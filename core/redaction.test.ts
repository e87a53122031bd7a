import { describe, expect, test } from 'vitest'
import { redactionOf } from './redaction.js'

const redaction = redactionOf([{ name: 'DATABASE_PASSWORD', value: 'correct horse/battery' }, { name: 'PIN', value: '4711' }, { name: 'ROLE', value: 'balancer' }])

describe('redaction', () => {
  test('as it is, in a URL, in a text of JSON, in a key', () => {
    expect(redaction.text('password correct horse/battery!')).toBe('password [redacted: DATABASE_PASSWORD]!')
    expect(redaction.text(`?p=${encodeURIComponent('correct horse/battery')}`)).toBe('?p=[redacted: DATABASE_PASSWORD]')
    const quoted = redactionOf([{ name: 'A', value: 'say "please"' }])
    expect(quoted.text(JSON.stringify({ a: 'say "please"' }))).toBe('{"a":"[redacted: A]"}')
    expect(quoted.mayHold(JSON.stringify({ a: JSON.stringify('say "please"') }))).toBe(true)
    expect(redaction.value({ env: [{ 'correct horse/battery': 'x' }] })).toEqual({ env: [{ '[redacted: DATABASE_PASSWORD]': 'x' }] })
  })
  test('cut in two, as far as half of it is left', () => {
    expect(redaction.text('it said: correct horse/bat')).toBe('it said: [redacted: DATABASE_PASSWORD]')
    expect(redaction.text('horse/battery was refused')).toBe('[redacted: DATABASE_PASSWORD] was refused')
    expect(redaction.text('it said: correct')).toBe('it said: correct')
  })
  test('what holds none is told by a search, and is the same afterwards', () => {
    const event = { kind: 'fact', name: 'profile', value: { quick: true, n: 3, none: null } }
    expect(redaction.mayHold(JSON.stringify(event))).toBe(false)
    expect(redaction.value(event)).toEqual(event)
    expect(redactionOf([]).mayHold('anything')).toBe(false)
  })
  test('a password that reads like a word of ours does not change who answered', () => {
    const event = { kind: 'request', via: 'balancer', detail: 'asked with balancer' }
    expect(redaction.value(event)).toEqual({ kind: 'request', via: 'balancer', detail: 'asked with [redacted: ROLE]' })
  })
  test('one secret inside another', () => {
    expect(redactionOf([{ name: 'A', value: 'abcdef' }, { name: 'B', value: 'xx-abcdef-yy' }]).text('xx-abcdef-yy abcdef')).toBe('[redacted: B] [redacted: A]')
  })
})
