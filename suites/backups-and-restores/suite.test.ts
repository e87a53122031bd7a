import { describe, expect, test } from 'vitest'
import { historyOf } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { suite } from './index.js'

const checks = suite.scenarios.flatMap((scenario) => scenario.checks)

describe('the suite backups-and-restores', () => {
  test.each(suite.requirements)('$id can be judged, detected and mended', (requirement) => {
    const scenarios = suite.scenarios.filter((scenario) => scenario.checks.some((check) => check.requirement === requirement.id))
    expect(scenarios).toHaveLength(1)
    expect(requirement.statement).toContain(requirement.keyword)
    expect(requirement.defects.length).toBeGreaterThan(0)
    expect(requirement.mustNotFire.length).toBeGreaterThan(0)
    expect(requirement.remediation.length).toBeGreaterThan(100)
    for (const need of scenarios[0]?.needs ?? []) expect(requirement.needs).toContain(need)
  })
  test('no check passes or fails a service on an empty history', () => {
    for (const check of checks) {
      const requirement = suite.requirements.find((one) => one.id === check.requirement)!
      expect(check.evaluate(historyOf([]), thresholdValues(requirement, 'standard')).outcome, check.id).toBe('inconclusive')
    }
  })
})
