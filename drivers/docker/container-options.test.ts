import { expect, test } from 'vitest'
import { policyOf, unlikeAnEngine } from './container-options.js'
import type { NestedMachine } from './nested-machine.js'

const machine = {} as NestedMachine

test.each([
  ['always', true, 'always'],
  ['always', false, 'on-failure'],
  ['on-failure', false, 'on-failure'],
  ['never', false, 'never'],
] as const)('restart %s, started at boot %s: the engine of a machine is told %s, one that is never booted what was declared', (restart, startAtBoot, expected) => {
  expect(policyOf({ machine }, { restart, startAtBoot })).toBe(expected)
  expect(policyOf({ machine: undefined }, { restart, startAtBoot })).toBe(restart)
})

test.each([
  ['always', true, false],
  ['always', false, false],
  ['never', false, false],
  ['on-failure', true, true],
  ['never', true, true],
] as const)('restart %s, started at boot %s: no engine does that: %s', (restart, startAtBoot, unlike) => {
  expect(unlikeAnEngine({ name: 'replica-0', restart, startAtBoot }) !== undefined).toBe(unlike)
})
