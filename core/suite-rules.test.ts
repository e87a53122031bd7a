import { expect, test } from 'vitest'
import type { Check } from './check.js'
import type { Requirement, RequirementId } from './requirement.js'
import type { Suite } from './scenario.js'
import { requireSoundSuites } from './suite-rules.js'

const requirement = (id: RequirementId): Requirement => ({ id, defects: [{ id: 'x.y', how: 'it does not' }] }) as unknown as Requirement
const check = (id: RequirementId): Check => ({ id: `it-holds-${id}`, requirement: id, evaluate: () => ({ outcome: 'passed', summary: '', evidence: [] }) })
const suite = (id: string, requirements: readonly RequirementId[], checks: readonly RequirementId[]): Suite =>
  ({ id, title: id, areas: [], requirements: requirements.map(requirement), scenarios: [{ id: `${id}/one`, checks: checks.map(check) }] }) as unknown as Suite

const problem = (...suites: readonly Suite[]): string => {
  try {
    requireSoundSuites(suites)
    return 'sound'
  } catch (thrown) {
    return (thrown as Error).message
  }
}

const standingOn = (requires: Readonly<Record<string, readonly string[]>>): Suite => {
  const ids = Object.keys(requires) as RequirementId[]
  const made = suite('one', ids, ids)
  return { ...made, requirements: made.requirements.map((one) => ({ ...one, requires: requires[one.id] as readonly RequirementId[] })) }
}
test('what a requirement stands on exists and is not itself', () => {
  expect(problem(standingOn({ 'A-01': [], 'A-02': ['A-01'], 'A-03': ['A-01', 'A-02'] }))).toBe('sound')
  expect(problem(standingOn({ 'A-01': ['A-01'] }))).toContain('A-01 requires itself')
  expect(problem(standingOn({ 'A-01': ['A-02'], 'A-02': ['A-03'], 'A-03': ['A-01'] }))).toContain('A-02 requires itself, by way of A-03')
  expect(problem(standingOn({ 'A-01': ['A-20'] }))).toContain('A-01 requires A-20, which no suite has')
})
test('a scenario of one suite may answer for a requirement of another', () => {
  expect(problem(suite('one', ['A-01'], ['A-01', 'B-01']), suite('two', ['B-01', 'B-02'], ['B-02']))).toBe('sound')
})
test.each([
  ['nobody answers', [suite('one', ['A-01', 'A-02'], ['A-01'])], 'no check answers for A-02'],
  ['a check for nothing', [suite('one', ['A-01'], ['A-01', 'C-01'])], 'which no suite has'],
  ['two suites answer', [suite('one', ['A-01'], ['A-01', 'B-01']), suite('two', ['B-01'], ['B-01'])], 'B-01 is answered for in several suites: one, two'],
  ['a scenario without a check', [suite('one', [], [])], 'has no check'],
  ['a requirement twice', [suite('one', ['A-01'], ['A-01']), suite('two', ['A-01'], [])], 'A-01 is there twice'],
] as const)('%s', (_name, suites, expected) => expect(problem(...suites)).toContain(expected))
