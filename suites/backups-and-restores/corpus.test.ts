import { expect, test } from 'vitest'
import { corpusOf, longBytes, longRecords } from './corpus.js'

const all = corpusOf({ prefix: 'p', count: 100, types: ['text', 'number', 'boolean', 'null', 'list', 'object'], longCount: 2 })

test('every declared type occurs, and keys are unique', () => {
  expect(all).toHaveLength(102)
  expect(new Set(all.map(({ key }) => key)).size).toBe(102)
  expect(new Set(all.map(({ value }) => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value)))).toEqual(new Set(['string', 'number', 'boolean', 'null', 'list', 'object']))
})
test('awkward text is there: many bytes, combining characters, emoji, ends of lines, nothing at all', () => {
  const texts = all.map(({ value }) => value).filter((value) => typeof value === 'string')
  for (const part of ['é', 'é'.normalize('NFD'), '👩‍👩‍👧‍👦', '\u2028', '\n', '"', '\\']) expect(texts.some((text) => text.normalize().includes(part) || text.includes(part)), part).toBe(true)
  expect(texts).toContain('')
})
test('without other types there is only text', () => {
  expect(corpusOf({ prefix: 'p', count: 60, types: ['text'], longCount: 0 }).every(({ value }) => typeof value === 'string')).toBe(true)
})
test('values survive JSON, and hold nothing that templates would replace', () => {
  for (const { value } of all) {
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    expect(JSON.stringify(value)).not.toMatch(/\{[A-Za-z]\w*\}/)
  }
})
test('long records differ and stay below what can be read back', () => {
  const [first, second] = longRecords('p', 3, 2)
  expect([first?.key, second?.key]).toEqual(['p-long-3', 'p-long-4'])
  expect(String(first?.value)).toHaveLength(longBytes)
  expect(first?.value).not.toBe(second?.value)
})
