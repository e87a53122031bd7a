import { expect, test } from 'vitest'
import { sourceSentences } from './source-sentences.js'

test('sentences are numbered without a gap, and only context has no requirement', () => {
  expect(sourceSentences.map(({ id }) => id)).toEqual(sourceSentences.map((_, index) => `S${String(index + 1).padStart(2, '0')}`))
  expect(sourceSentences.filter((one) => one.requirements.length === 0).every((one) => one.note !== undefined)).toBe(true)
})
