import { describe, expect, test } from 'vitest'
import { thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { suite } from './index.js'
import { probeOperation, readOperations } from './read-operations.js'
import { comebackLimitMs } from './time-limits.js'

const profiles: readonly ProfileName[] = ['quick', 'standard', 'thorough']

describe.each(suite.requirements.map((requirement) => [requirement.id, requirement] as const))('%s', (id, requirement) => {
  test('is judged by a check of a scenario', () => {
    expect(suite.scenarios.flatMap((scenario) => scenario.checks).filter((check) => check.requirement === id)).not.toHaveLength(0)
  })

  test('says what breaks it and what to do', () => {
    expect(requirement.defects.length).toBeGreaterThan(0)
    expect(requirement.remediation.length).toBeGreaterThan(200)
    expect(requirement.statement).toContain(requirement.keyword)
    expect(requirement.mayFire.filter((other) => requirement.mustNotFire.includes(other))).toEqual([])
  })

  test('has every threshold that its check asks for, in every profile', () => {
    const checks = suite.scenarios.flatMap((scenario) => scenario.checks).filter((check) => check.requirement === id)
    for (const profile of profiles) {
      const values = thresholdValues(requirement, profile)
      for (const check of checks) expect(check.evaluate({ events: () => [] }, values).outcome).toBe('inconclusive')
    }
  })
})

test('the list is complete and its ids are its own', () => {
  expect(suite.requirements.map(({ id }) => id)).toEqual(['START-01', 'START-02', 'START-03', 'START-04', 'START-05', 'START-06', 'START-07', 'START-08'])
  expect(suite.requirements.every(({ area }) => suite.areas.some(({ id }) => id === area))).toBe(true)
  const defects = suite.requirements.flatMap((requirement) => requirement.defects.map(({ id }) => id))
  expect(new Set(defects).size).toBe(defects.length)
})

test('every scenario has checks, and their ids are its own', () => {
  for (const scenario of suite.scenarios) {
    expect(scenario.id.startsWith(`${suite.id}/`)).toBe(true)
    expect(scenario.checks.length).toBeGreaterThan(0)
  }
  const ids = suite.scenarios.flatMap((scenario) => scenario.checks.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
})

const operation = (name: string, more: Partial<Operation> = {}): Operation => ({
  name,
  method: 'GET',
  path: '/',
  headers: {},
  expect: { status: [], json: {} },
  mutates: false,
  timeoutMs: 1_000,
  weight: 1,
  streams: false,
  holdsBody: false,
  ...more,
})

function service(traffic: readonly Operation[]): ServiceDescriptor {
  return {
    schema: 'seaworthy/v1',
    name: 'orders',
    directory: '/',
    target: { kind: 'process', disposable: true, replicas: { command: ['orders'], env: {}, restart: 'always', startAtBoot: true, count: 3 }, components: [] },
    facts: {},
    balancer: { intervalMs: 250, fall: 2, rise: 1, timeoutMs: 250 },
    health: { readinessPath: '/ready' },
    lifecycle: { stop: { signal: 'SIGTERM', graceMs: 10_000, allowedExitCodes: [0, 143] }, startTimeoutMs: 15_000 },
    traffic: Object.fromEntries(traffic.map((one) => [one.name, one])),
    notApplicable: [],
    waivers: [],
    overrides: {},
  }
}

test('the quick profile is planned to be short, and the others to be longer', () => {
  const limits: Readonly<Record<string, number>> = {
    'startup-and-shutdown/starts-and-stops-in-order': 19_000,
    'startup-and-shutdown/comes-back-after-a-crash': 9_000,
    'startup-and-shutdown/comes-back-after-a-reboot': 15_000,
    'startup-and-shutdown/acknowledged-writes-survive-a-crash': 16_000,
  }
  for (const scenario of suite.scenarios) {
    const [quick = 0, standard = 0, thorough = 0] = profiles.map((profile) => scenario.expectedMs(service([operation('read')]), profile))
    expect(quick, scenario.id).toBeGreaterThan(1_000)
    expect(quick, scenario.id).toBeLessThanOrEqual(limits[scenario.id] ?? 0)
    expect(standard, scenario.id).toBeGreaterThan(quick)
    expect(thorough, scenario.id).toBeGreaterThanOrEqual(standard)
  }
})

test('real requests are reads of the mixed traffic, else any read, else the mixed traffic', () => {
  const slow = operation('slow', { minDurationMs: 2_000 })
  const write = operation('write', { method: 'PUT', mutates: true })
  expect(readOperations(service([write, slow, operation('rare', { weight: 0 }), operation('read')]))).toEqual(['read'])
  expect(readOperations(service([write, slow, operation('rare', { weight: 0 })]))).toEqual(['rare'])
  expect(readOperations(service([write, slow]))).toBe('mixed')
  expect(probeOperation(service([write, operation('read')]))).toBe('read')
  expect(probeOperation(service([write, slow]))).toBe('write')
})

test('a limit is that of the requirement, or twice the declared start timeout when that is shorter', () => {
  expect(comebackLimitMs(120, undefined)).toBe(120_000)
  expect(comebackLimitMs(120, 300_000)).toBe(120_000)
  expect(comebackLimitMs(120, 15_000)).toBe(30_000)
})
