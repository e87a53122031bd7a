import { describe, expect, test } from 'vitest'
import { mergeOutcomes } from '../../core/outcome.js'
import { historyOf } from '../../core/history.js'
import { numberThreshold, thresholdValues } from '../../core/requirement.js'
import { suite } from './index.js'

const checks = suite.scenarios.flatMap((scenario) => scenario.checks)

describe('the suite queue-draining', () => {
  test('has its requirements, in order', () => {
    expect(suite.requirements.map((one) => one.id)).toEqual(['DRAIN-01', 'DRAIN-02', 'DRAIN-03', 'DRAIN-04', 'DRAIN-05', 'DRAIN-06', 'DRAIN-07', 'DRAIN-08', 'DRAIN-09', 'DRAIN-10'])
  })

  test.each(suite.requirements.map((one) => [one.id, one] as const))('%s is complete and judged', (id, requirement) => {
    expect(checks.filter((check) => check.requirement === id).length).toBeGreaterThan(0)
    expect(requirement.statement).toMatch(/\b(MUST|SHOULD)\b/)
    expect(requirement.statement).toContain(requirement.keyword)
    expect(requirement.remediation.length).toBeGreaterThan(80)
    expect(requirement.defects.length).toBeGreaterThan(0)
    expect(requirement.mustNotFire.length).toBeGreaterThan(0)
    expect(requirement.mustNotFire.filter((other) => requirement.mayFire.includes(other) || other === id)).toEqual([])
    for (const list of [requirement.source, requirement.needs, requirement.procedure, requirement.thresholds, requirement.inconclusiveIf, requirement.evidence]) {
      expect(list.length).toBeGreaterThan(0)
    }
  })

  test.each(suite.scenarios.map((one) => [one.id, one] as const))('%s has checks of this suite and names what it needs', (id, scenario) => {
    expect(id.startsWith(`${suite.id}/`)).toBe(true)
    expect(scenario.checks.length).toBeGreaterThan(0)
    // Where no drain is declared, the stop signal begins it for the requests in flight.
    expect(scenario.needs).toContain(id === 'queue-draining/in-flight-requests-complete' ? 'lifecycle.stop' : 'lifecycle.drain')
    for (const check of scenario.checks) expect(suite.requirements.some((one) => one.id === check.requirement)).toBe(true)
  })

  test('no check passes or fails a service on an empty history', () => {
    for (const check of checks) {
      const requirement = suite.requirements.find((one) => one.id === check.requirement)!
      const finding = check.evaluate(historyOf([]), thresholdValues(requirement, 'standard'))
      expect(mergeOutcomes([finding.outcome]), check.id).toBe('inconclusive')
    }
  })

  test('the quick profile asks for less, and never for other limits of time', () => {
    for (const { thresholds } of suite.requirements) {
      for (const threshold of thresholds) if (threshold.unit === 's') expect(threshold.quick).toBeUndefined()
    }
    const quick = thresholdValues(suite.requirements.find((one) => one.id === 'DRAIN-03')!, 'quick')
    expect([numberThreshold(quick, 'drains'), numberThreshold(quick, 'witnesses_min')]).toEqual([1, 10])
  })
})
