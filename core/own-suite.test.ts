import { describe, expect, test } from 'vitest'
import { failed, passed, type Check } from './check.js'
import { eventsOf } from './history.js'
import { defineRequirement, defineSuite, requireOwnSuites, type OwnSuite } from './own-suite.js'
import type { RequirementId } from './requirement.js'
import type { Suite } from './scenario.js'

const requirement = (id: RequirementId, area = 'X-ORDERS') =>
  defineRequirement({ id, area, title: 'It holds', keyword: 'MUST', level: 1, safety: 'safe', statement: 'It holds.', why: 'So.', passCriterion: 'It held.', remediation: 'Make it hold.' })

/** Fails when there is any fact. */
const check = (of: RequirementId): Check => ({ id: 'it-holds', requirement: of, evaluate: (history) => ([...eventsOf(history, 'fact')].length > 0 ? failed('a fact') : passed('none')) })
const broken = [{ kind: 'fact', name: 'broken', value: true, atMs: 0 } as const]

const sound = (more: Partial<OwnSuite> = {}, id: RequirementId = 'X-ORDERS-01'): OwnSuite =>
  defineSuite({
    id: 'x-orders',
    title: 'Orders',
    areas: [{ id: 'X-ORDERS', title: 'Orders' }],
    requirements: [requirement(id)],
    scenarios: [{ id: 'x-orders/one', title: 'One', needs: [], instanceCountMin: 1, expectedMs: () => 1, exercise: async () => {}, checks: [check(id)] }],
    counterexamples: { [id]: broken },
    ...more,
  })

const ours: Suite = {
  ...sound({}, 'START-05'),
  id: 'startup-and-shutdown',
  areas: [{ id: 'START', title: 'Startup' }],
  requirements: [{ ...requirement('START-05', 'START'), defects: [{ id: 'start.x', how: 'x' }] }],
  scenarios: [{ ...sound().scenarios[0]!, id: 'startup-and-shutdown/one', checks: [check('START-05')] }],
}
const { counterexamples: _none, ...plain } = ours as OwnSuite

describe('suites of the user’s own', () => {
  test('a sound one stands beside ours', () => {
    expect(() => requireOwnSuites([sound()], [plain])).not.toThrow()
  })

  test.each<[string, OwnSuite, RegExp]>([
    ['the name of a suite like one of ours', sound({ id: 'startup-and-shutdown' }), /suite startup-and-shutdown: expected a name such as x-orders/],
    ['an area like one of ours', sound({ areas: [{ id: 'START', title: 'Mine' }] }), /area START: expected/],
    ['a requirement like one of ours', sound({}, 'START-05'), /requirement START-05: expected an id such as X-ORDERS-01/],
    ['a requirement of another area', sound({ requirements: [requirement('X-ORDERS-01', 'X-OTHER')] }), /is of the area X-OTHER/],
    ['a check that answers for ours', sound({ scenarios: [{ ...sound().scenarios[0]!, checks: [check('X-ORDERS-01'), check('START-05')] }] }), /check it-holds answers for START-05, which is not a requirement of x-orders/],
    ['no counterexample', sound({ counterexamples: {} }), /X-ORDERS-01 has no counterexample/],
    ['an empty counterexample', sound({ counterexamples: { 'X-ORDERS-01': [] } }), /has no counterexample/],
    ['a check that does not see its counterexample', sound({ scenarios: [{ ...sound().scenarios[0]!, checks: [{ ...check('X-ORDERS-01'), evaluate: () => passed('always') }] }] }), /no check fails on the counterexample of X-ORDERS-01 \(found passed\)/],
    [
      'a check that throws',
      sound({
        scenarios: [{
          ...sound().scenarios[0]!,
          checks: [{
            ...check('X-ORDERS-01'),
            evaluate: () => {
              throw new TypeError('nothing there')
            },
          }],
        }],
      }),
      /found an error: .*nothing there/,
    ],
    ['no requirement at all', sound({ requirements: [], scenarios: [], counterexamples: {} }), /has no requirement/],
    ['a scenario of another name', sound({ scenarios: [{ ...sound().scenarios[0]!, id: 'startup-and-shutdown/one' }] }), /is not named after its suite/],
  ])('%s is refused', (_, suite, message) => {
    expect(() => requireOwnSuites([suite], [plain])).toThrow(message)
  })

  test('two of one name are refused', () => {
    expect(() => requireOwnSuites([sound(), sound()], [plain])).toThrow(/suite x-orders is there twice/)
  })
})
