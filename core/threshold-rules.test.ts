import { describe, expect, test } from 'vitest'
import { suites } from '../suites/index.js'
import type { Requirement, Threshold } from './requirement.js'
import { isSampleSize, relaxedKeys, valueProblem } from './threshold-rules.js'

const threshold = (key: string, unit: Threshold['unit'], standard: Threshold['standard'], more: Partial<Threshold> = {}): Threshold => ({ key, unit, meaning: '', standard, ...more })

describe('what says how many are needed', () => {
  test.each([['requests_min', 'requests', 200], ['drains', 'count', 3], ['jobs', 'count', 50]] as const)('%s is not 0', (key, unit, standard) => {
    expect(valueProblem(threshold(key, unit, standard), 0)).toMatch(/from 1/)
    expect(valueProblem(threshold(key, unit, standard), 1)).toBeUndefined()
  })
  test.each([['failed_max', 'requests', 0], ['max_unavailable', 'count', 1], ['lost', 'requests', 0], ['first_fail_within_s', 's', 5]] as const)('%s may be 0', (key, unit, standard) => {
    expect(valueProblem(threshold(key, unit, standard), 0)).toBeUndefined()
    expect(valueProblem(threshold(key, unit, standard), -1)).toMatch(/from 0/)
  })
  test('a rate of nothing sends nothing', () => expect(valueProblem(threshold('requests_per_second', 'per-second', 20), 0)).toMatch(/above 0/))
  test('every key of the checklist that ends in _min and counts is one', () => {
    const counting = suites.flatMap((suite) => suite.requirements).flatMap((one) => one.thresholds).filter(({ key, unit, standard }) => key.endsWith('_min') && (unit === 'requests' || unit === 'count') && standard !== 0)
    expect(counting.filter((one) => !isSampleSize(one)).map(({ key }) => key)).toEqual([])
  })
})

describe('what is relaxed', () => {
  const requirement = { thresholds: [threshold('failed_max', 'requests', 5), threshold('requests_min', 'requests', 200, { quick: 100 }), threshold('outage_s', 's', 10), threshold('codes', 'codes', [503])] } as unknown as Requirement
  test('is less than asked for, not more', () => {
    expect(relaxedKeys(requirement, 'quick', { failed_max: 6, requests_min: 99, outage_s: 5 })).toEqual(['failed_max', 'requests_min', 'outage_s'])
    expect(relaxedKeys(requirement, 'quick', { failed_max: 0, requests_min: 101, outage_s: 10, codes: [503] })).toEqual([])
  })
  test('is measured against the profile', () => expect(relaxedKeys(requirement, 'standard', { requests_min: 100 })).toEqual(['requests_min']))
})
