import { expect, test } from 'vitest'
import { readOnlyModeIsHonest } from '../graceful-degradation/read-only-mode.requirement.js'
import { suite } from './index.js'

test('the requirements are the ones of the checklist', () => {
  expect(suite.requirements.map((one) => one.id)).toEqual(['REPL-01', 'REPL-02', 'REPL-03', 'REPL-04', 'REPL-05', 'REPL-06', 'REPL-07'])
})
test('what a scenario cannot do without, its requirements ask for as well', () => {
  const all = [...suite.requirements, readOnlyModeIsHonest]
  for (const scenario of suite.scenarios) {
    for (const { requirement } of scenario.checks) {
      const found = all.find((one) => one.id === requirement)
      for (const need of scenario.needs) if (need !== 'topology.balancer') expect(found?.needs, `${requirement} ${need}`).toContain(need)
    }
  }
})
test('no check passes on an empty history', () => {
  const values = Object.fromEntries([...suite.requirements, readOnlyModeIsHonest].flatMap((one) => one.thresholds.map((threshold) => [threshold.key, threshold.standard])))
  for (const check of suite.scenarios.flatMap((scenario) => scenario.checks)) expect(check.evaluate({ events: () => [] }, values).outcome, check.id).toBe('inconclusive')
})
