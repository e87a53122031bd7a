import { describe, expect, test } from 'vitest'
import { thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { faultArms, thresholdsOf } from './fault-plan.js'
import { suites } from '../index.js'
import { suite } from './index.js'

const profiles: readonly ProfileName[] = ['quick', 'standard', 'thorough']
const checks = suite.scenarios.flatMap((scenario) => scenario.checks)

describe.each(suite.requirements.map((requirement) => [requirement.id, requirement] as const))('%s', (id, requirement) => {
  test('is judged by one scenario, which asks for nothing the requirement does not need', () => {
    const scenarios = suites.flatMap((one) => one.scenarios).filter((scenario) => scenario.checks.some((check) => check.requirement === id))
    expect(scenarios).toHaveLength(1)
    for (const need of scenarios.find((one) => suite.scenarios.includes(one))?.needs ?? []) expect(requirement.needs).toContain(need)
  })
  test('says what breaks it and what to do', () => {
    expect(requirement.defects.length).toBeGreaterThan(0)
    expect(requirement.remediation.length).toBeGreaterThan(200)
    expect(requirement.statement).toContain(requirement.keyword)
    expect(requirement.mayFire.filter((other) => requirement.mustNotFire.includes(other))).toEqual([])
  })
  test('has every threshold that its check asks for, in every profile', () => {
    for (const profile of profiles) {
      for (const check of checks.filter((one) => one.requirement === id)) expect(check.evaluate({ events: () => [] }, thresholdValues(requirement, profile)).outcome).toBe('inconclusive')
    }
  })
})

test('ids of checks and defects are their own', () => {
  expect(new Set(checks.map((one) => one.id)).size).toBe(checks.length)
  const defects = suite.requirements.flatMap((requirement) => requirement.defects.map(({ id }) => id))
  expect(new Set(defects).size).toBe(defects.length)
})

describe('the plan of faults', () => {
  const service = (breakerWindowMs: number) => ({ overrides: {}, degradation: { dependents: { a: [], b: [] }, breakerWindowMs, cachedForMs: 500 } }) as unknown as ServiceDescriptor
  const arms = (profile: ProfileName, breakerWindowMs = 1_000) => faultArms(service(breakerWindowMs), profile, thresholdsOf(service(breakerWindowMs), profile))
  test('each component refuses, then each is silent, then they crawl, all at once only in the quick profile', () => {
    expect(arms('quick').map(({ components, kind }) => `${components.join('+')} ${kind}`)).toEqual(['a refuse', 'b refuse', 'a silence', 'b silence', 'a+b delay'])
    expect(arms('standard').map(({ components, kind }) => `${components.join('+')} ${kind}`).slice(4)).toEqual(['a delay', 'b delay'])
  })
  test('a fault outlasts the cache, three breaker windows and what the requirements ask for', () => {
    expect(arms('quick').map((one) => one.lastsMs)).toEqual([3_500, 3_500, 3_500, 3_500, 3_500])
    expect(arms('quick', 4_000)[0]?.lastsMs).toBe(12_500)
    expect(arms('standard').map((one) => one.lastsMs)).toEqual([60_500, 60_500, 60_500, 60_500, 45_500, 45_500])
  })
})
