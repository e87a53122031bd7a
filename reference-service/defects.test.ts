import { expect, test } from 'vitest'
import { activeDefect, defects, UnknownDefect } from './defects.js'

test('every defect has its own name and belongs to one requirement', () => {
  expect(new Set(defects.map(({ id }) => id)).size).toBe(defects.length)
  for (const { id, violates } of defects) expect(violates, id).toMatch(/^[A-Z]{3,5}-\d{2}$/)
})

test('the name of a defect switches it on', () => {
  expect(activeDefect({ SEAWORTHY_DEFECT: 'drain.waits-forever' })).toBe('drain.waits-forever')
})

test('without a name no defect is on', () => {
  expect(activeDefect({})).toBeUndefined()
  expect(activeDefect({ SEAWORTHY_DEFECT: '' })).toBeUndefined()
})

test('a mistyped name is refused, because it would look like a defect that nobody finds', () => {
  expect(() => activeDefect({ SEAWORTHY_DEFECT: 'drain.wait-forever' })).toThrow(UnknownDefect)
})
