import { expect, test } from 'vitest'
import { passed } from './check.js'
import type { Requirement } from './requirement.js'
import type { Suite } from './scenario.js'
import { matchesGlob, selectRequirements } from './selection.js'

const requirement = (id: Requirement['id'], area: string) => ({ id, area }) as Requirement
const suite: Suite = {
  id: 'queue-draining',
  title: 'Queue draining',
  areas: [{ id: 'DRAIN', title: 'Queue draining' }],
  requirements: [requirement('DRAIN-01', 'DRAIN'), requirement('DRAIN-02', 'DRAIN')],
  scenarios: [
    { id: 'queue-draining/a-drain-ends', title: '', needs: [], instanceCountMin: 1, expectedMs: () => 1, exercise: async () => {}, checks: [{ id: 'c', requirement: 'DRAIN-02', evaluate: () => passed('') }] },
  ],
}
const selected = (...selectors: string[]) => [...(selectRequirements(selectors, [suite]) ?? [])]

test('by requirement, area, suite, scenario and glob', () => {
  expect(selected('DRAIN-01')).toEqual(['DRAIN-01'])
  expect(selected('drain')).toEqual(['DRAIN-01', 'DRAIN-02'])
  expect(selected('DRAIN-*')).toEqual(['DRAIN-01', 'DRAIN-02'])
  expect(selected('queue-draining/a-*')).toEqual(['DRAIN-02'])
  expect(selectRequirements([], [suite])).toBeUndefined()
})
test('a selector that matches nothing is an error that lists near names', () => {
  expect(() => selected('DRAIN-1')).toThrow(expect.objectContaining({ code: 'SW_SELECTION_EMPTY', exitCode: 64, message: expect.stringContaining('DRAIN-01') as string }))
  expect(() => selected('DRAIN-01', 'nothing-at-all')).toThrow(/nothing-at-all/)
})
test.each([
  ['*', '', true], ['a*a', 'a', false], ['a*a', 'aa', true], ['*b*', 'abc', true], ['a*b*c', 'a-b-b-c', true], ['a*b*c', 'a-c-b', false], ['ab', 'abc', false], ['**', 'x', true],
])('%s and %j: %s', (pattern, text, expected) => expect(matchesGlob(pattern, text)).toBe(expected))
test('many stars take no longer than one', () => {
  expect(matchesGlob(`${'*a'.repeat(40)}*b`, 'a'.repeat(5_000))).toBe(false)
})
test('a glob is not a regular expression', () => {
  expect(matchesGlob('a.b', 'axb')).toBe(false)
  expect(matchesGlob('a*', 'a.b(c')).toBe(true)
})
