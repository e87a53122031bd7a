import { describe, expect, test } from 'vitest'
import type { Suite } from '../../core/scenario.js'
import { suites } from '../index.js'
import { suite as monitoring } from '../monitoring/index.js'
import { suite as redundancy } from './index.js'

const ids = (suite: Suite): string[] => suite.requirements.map((one) => one.id)

test('the requirements are the ones of the checklist', () => {
  expect(ids(redundancy)).toEqual(['RDND-01', 'RDND-02', 'RDND-03', 'RDND-04', 'RDND-05', 'RDND-06', 'RDND-07'])
  expect(ids(monitoring)).toEqual(['MONI-01', 'MONI-02'])
})

describe.each([redundancy, monitoring])('$id', (suite) => {
  test('every scenario has checks, each for a requirement of some suite, and names itself after its own', () => {
    for (const scenario of suite.scenarios) {
      expect(scenario.id.startsWith(`${suite.id}/`)).toBe(true)
      expect(scenario.checks.length).toBeGreaterThan(0)
      // One experiment may serve requirements of two suites.
      for (const check of scenario.checks) expect(suites.flatMap(ids)).toContain(check.requirement)
      expect(scenario.checks.some((check) => ids(suite).includes(check.requirement))).toBe(true)
    }
  })
  test('check ids are unique', () => {
    const checks = suite.scenarios.flatMap((scenario) => scenario.checks.map((check) => check.id))
    expect(new Set(checks).size).toBe(checks.length)
  })
  test.each(suite.requirements)('$id can be judged, detected and mended', (requirement) => {
    // One experiment may serve requirements of two suites.
    const scenarios = suites.flatMap((one) => one.scenarios).filter((scenario) => scenario.checks.some((check) => check.requirement === requirement.id))
    expect(scenarios).toHaveLength(1)
    expect(requirement.defects.length).toBeGreaterThan(0)
    expect(requirement.mustNotFire.length).toBeGreaterThan(0)
    expect(requirement.remediation.length).toBeGreaterThan(100)
    expect(requirement.inconclusiveIf.length).toBeGreaterThan(0)
    expect(suite.areas.map((area) => area.id)).toContain(requirement.area)
    // What the scenario cannot do without, the requirement must ask for as well, or it would be missed silently.
    for (const need of scenarios[0]?.needs ?? []) expect(requirement.needs).toContain(need)
  })
  test('no check passes on an empty history', () => {
    const values = Object.fromEntries(suite.requirements.flatMap((one) => one.thresholds.map((threshold) => [threshold.key, threshold.standard])))
    for (const check of suite.scenarios.flatMap((scenario) => scenario.checks)) {
      expect(check.evaluate({ events: () => [] }, values).outcome, check.id).toBe('inconclusive')
    }
  })
})
