import { describe, expect, test } from 'vitest'
import type { Requirement } from './requirement.js'
import type { Suite } from './scenario.js'
import type { ServiceDescriptor } from './service-descriptor.js'
import { requireKnownOverrides, requireWaiversInForce, waiversToday } from './waivers.js'

const thresholds = [
  { key: 'lost', unit: 'requests', meaning: '', standard: 0 },
  { key: 'requests_min', unit: 'requests', meaning: '', standard: 200 },
  { key: 'codes', unit: 'codes', meaning: '', standard: [503] },
] as const
const suites = [{ requirements: [{ id: 'DRAIN-01', thresholds }] as unknown as readonly Requirement[] }] as unknown as readonly Suite[]
const check = (overrides: Readonly<Record<string, Readonly<Record<string, number | readonly number[]>>>>): void =>
  requireKnownOverrides({ name: 'orders', overrides } as unknown as ServiceDescriptor, suites)

describe('overrides', () => {
  test('of thresholds that exist', () => {
    expect(() => check({ 'DRAIN-01': { lost: 3, codes: [503, 429] } })).not.toThrow()
  })
  test.each([
    ['an unknown id', { 'DRIAN-01': { lost: 1 } }, /DRIAN-01 is not a requirement.*did you mean DRAIN-01/],
    ['an unknown key', { 'DRAIN-01': { lots: 1 } }, /DRAIN-01\.lots is not a threshold, did you mean lost/],
    ['a number below 0', { 'DRAIN-01': { lost: -1 } }, /DRAIN-01\.lost found -1, expected a number from 0/],
    ['a sample of nothing', { 'DRAIN-01': { requests_min: 0 } }, /DRAIN-01\.requests_min found 0, expected a number from 1/],
    ['a list for a number', { 'DRAIN-01': { lost: [1] } }, /DRAIN-01\.lost found \[1\], expected a number/],
    ['a number for a list', { 'DRAIN-01': { codes: 1 } }, /DRAIN-01\.codes found 1, expected a list/],
  ])('%s is refused', (_, overrides, expected) => {
    expect(() => check(overrides)).toThrow(expect.objectContaining({ code: 'SW_OVERRIDE_UNKNOWN', message: expect.stringMatching(expected) as string }) as Error)
  })
})

test('waivers of a saved run hold as long as they say, counted from today', () => {
  const waiver = (until: string) => ({ requirement: 'DRAIN-01', reason: 'until the rewrite', owner: 'us', until }) as const
  expect(waiversToday([waiver('2026-12-01'), waiver('2026-11-30')], new Date('2026-12-01T10:00:00Z'))).toEqual({ inForce: [waiver('2026-12-01')], expired: [waiver('2026-11-30')] })
})

describe('exceptions', () => {
  const today = new Date('2026-12-01T10:00:00Z')
  const require = (list: 'waivers' | 'notApplicable', id: string, until: string): void => {
    const exceptions = [{ requirement: id, reason: 'accepted until the rewrite is done', owner: 'us', until }]
    requireWaiversInForce({ name: 'orders', waivers: [], notApplicable: [], [list]: exceptions } as unknown as ServiceDescriptor, suites, today)
  }
  test.each(['waivers', 'notApplicable'] as const)('%s hold for a year at most', (list) => {
    expect(() => require(list, 'DRAIN-01', '2026-12-01')).not.toThrow()
    expect(() => require(list, 'DRAIN-01', '2027-12-01')).not.toThrow()
    expect(() => require(list, 'DRAIN-01', '2027-12-02')).toThrow(expect.objectContaining({ code: 'SW_WAIVER_TOO_LONG' }) as Error)
    expect(() => require(list, 'DRAIN-01', '2026-11-30')).toThrow(expect.objectContaining({ code: 'SW_WAIVER_EXPIRED' }) as Error)
    expect(() => require(list, 'DRAIN-10', '2027-01-01')).toThrow(/DRAIN-10 is not a requirement.*did you mean DRAIN-01/)
  })
})
