import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, request } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { crashesAreReported } from './crashes-are-reported.check.js'
import { exceptionsAreCollected } from './exceptions-are-collected.check.js'

const fields = { type: '/type', stack: '/stack', release: '/release', instance: '/instance' }
/** As from a service that does not say which instance answered. */
function anonymous(event: HistoryEvent): HistoryEvent {
  const { instance: _, ...rest } = event as RequestEvent
  return rest
}
const plan = (more: object = {}): HistoryEvent => fact('exceptions', { instances: ['a', 'b'], types: ['Error', 'TypeError'], fields, ...more })
interface Entry {
  readonly type: string
  readonly instance: string
  readonly stack?: string
  readonly count?: number
}
const entries = (count: number, one: Entry): object[] => Array.from({ length: count }, () => ({ stack: 'at x', release: '1.0.0', ...one }))
const reading = (probe: string, atMs: number, value: unknown): HistoryEvent => ({ kind: 'observation', probe, target: 'collector', atMs, value: Array.isArray(value) ? { outcome: 'read', status: 200, value } : value })

describe('exceptions are collected', () => {
  const thresholds = { x: 4, y: 2, count_deviation_max: 0, visible_within_s: 10, fields_missing_max: 0 }
  const provoked = (type: string, instance: string, more: Partial<RequestEvent> = {}): HistoryEvent => request(10, { load: `provoked-${type}`, outcome: 'ok', status: 500, instance, ...more })
  const all = [provoked('Error', 'a'), provoked('Error', 'a'), provoked('Error', 'b'), provoked('Error', 'b'), provoked('TypeError', 'a'), provoked('TypeError', 'b')]
  const before = entries(3, { type: 'Error', instance: 'a' })
  const right = [...before, ...entries(2, { type: 'Error', instance: 'a' }), ...entries(2, { type: 'Error', instance: 'b' }), ...entries(1, { type: 'TypeError', instance: 'a' }), ...entries(1, { type: 'TypeError', instance: 'b' })]
  interface Shape {
    readonly after?: unknown
    readonly requests?: readonly HistoryEvent[]
    readonly before?: unknown
    readonly plan?: object
  }
  const judge = (shape: Shape = {}) =>
    exceptionsAreCollected.evaluate(historyOf([plan(shape.plan), reading('collected-before', 5, shape.before ?? before), ...(shape.requests ?? all), reading('collected-after', 15, []), reading('collected-after', 20, shape.after ?? right)]), thresholds)

  test('passed: exactly what was provoked, from where it was thrown', () => {
    expect(judge()).toMatchObject({ outcome: 'passed', summary: 'the collector has 6 exceptions of 2 types from 2 instances, with stack and release' })
  })
  test('passed: a collector that counts, and instances by other names', () => {
    const counting = [...entries(1, { type: 'Error', instance: 'pod-1', count: 2 }), ...entries(1, { type: 'Error', instance: 'pod-2', count: 2 }), ...entries(1, { type: 'TypeError', instance: 'pod-1', count: 1 }), ...entries(1, { type: 'TypeError', instance: 'pod-2', count: 1 })]
    expect(judge({ before: [], after: counting, plan: { fields: { ...fields, count: '/count' } } }).outcome).toBe('passed')
  })
  test.each<[string, Shape, string]>([
    ['a type is missing', { after: right.filter((one) => (one as Entry).type === 'Error') }, 'the collector has 0 of 2 exceptions of type TypeError'],
    ['one is there twice', { after: [...right, right.at(-1)] }, '3 of 2 exceptions of type TypeError'],
    ['nothing arrived', { after: before }, '0 of 4 exceptions of type Error and 0 of 2 exceptions of type TypeError'],
    ['there is no stack', { after: right.map((one) => ({ ...one, stack: '' })) }, 'have no stack'],
    ['all are from one instance', { before: [], after: right.slice(3).map((one) => ({ ...one, instance: 'a' })) }, 'attributes the exceptions to a (6), they were thrown by a (3) and b (3)'],
    ['all are from the cluster', { before: [], after: right.slice(3).map((one) => ({ ...one, instance: 'cluster' })) }, 'attributes the exceptions to cluster (6)'],
  ])('failed: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) as string })
  })
  test.each<[string, Shape, string]>([
    ['a request did not fail', { requests: [...all, provoked('Error', 'a', { status: 200 })] }, '1 of 5 requests for Error did not end in an error'],
    ['too few were sent', { requests: all.slice(1) }, '3 requests provoked Error, needs 4'],
    ['the collector did not answer', { after: { outcome: 'refused' } }, 'could not be read'],
    ['the collector counts in words', { before: [], after: right.map((one) => ({ ...one, count: 'many' })), plan: { fields: { ...fields, count: '/count' } } }, 'could not be read'],
    ['the collector has no list', { after: { outcome: 'read', value: {} } }, 'could not be read'],
    ['no answer said who it was', { requests: all.map(anonymous) }, 'which instance it came from'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
  test('passed: what was there before without a stack is not of what was provoked', () => {
    const old = before.map((one) => ({ ...one, stack: '' }))
    expect(judge({ before: old, after: [...old, ...right.slice(3)] }).outcome).toBe('passed')
  })
  test('inconclusive: nothing was provoked', () => {
    expect(exceptionsAreCollected.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'no exception was provoked' })
  })
})

describe('crashes are reported', () => {
  const thresholds = { crashes: 2, reports_min: 2, visible_within_s: 10 }
  const crash = (target: string, issuedAtMs: number): HistoryEvent[] => intervention({ name: 'crash', target, label: 'crash', issuedAtMs, acknowledgedAtMs: issuedAtMs + 5 })
  const exits = [platform(120, 'process-exited', 'a'), platform(220, 'process-exited', 'b')]
  const report = (instance: string): object[] => entries(1, { type: 'RangeError', instance })
  interface Shape {
    readonly after?: unknown
    readonly exits?: readonly HistoryEvent[]
    readonly crashes?: readonly HistoryEvent[]
    readonly plan?: object
  }
  const judge = (shape: Shape = {}) =>
    crashesAreReported.evaluate(historyOf([plan(shape.plan), reading('collected-before-crashes', 50, shape.plan === undefined ? report('a') : []), ...(shape.crashes ?? [...crash('a', 100), ...crash('b', 200)]), ...(shape.exits ?? exits), reading('collected-after-crashes', 900, shape.after ?? [...report('a'), ...report('a'), ...report('b')])]), thresholds)

  test('passed: a report of each', () => {
    expect(judge()).toMatchObject({ outcome: 'passed', summary: 'the collector has 2 reports of 2 crashes, from the instances that crashed' })
  })
  test('passed: instances by other names', () => {
    expect(judge({ after: [...report('a'), ...report('pod-1'), ...report('pod-2')] }).outcome).toBe('passed')
  })
  test.each<[string, unknown, string]>([
    ['none', report('a'), 'the collector has 0 reports of 2 crashes'],
    ['one', [...report('a'), ...report('b')], 'the collector has 1 report of 2 crashes'],
    ['others while processes come back', [...report('a'), ...entries(2, { type: 'ConnectionError', instance: 'a' }).slice(1), ...entries(1, { type: 'RefusedError', instance: 'b' })], 'the collector has 1 report of 2 crashes'],
    ['two of the same instance', [...report('a'), ...report('a'), ...report('a')], 'too few reports from b'],
  ])('failed: %s', (_what, after, summary) => {
    expect(judge({ after })).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) as string })
  })
  test.each<[string, Shape, string]>([
    ['a process went on', { exits: exits.slice(1) }, '1 of 2 exceptions did not end the process'],
    ['a process ended much later', { exits: [platform(9_000, 'process-exited', 'a'), exits[1]!] }, '1 of 2 exceptions did not end the process'],
    ['the process ended once, and was told to twice', { crashes: [...crash('a', 100), ...crash('a', 110)] }, '1 of 2 exceptions did not end the process'],
    ['the collector counts in words', { after: { outcome: 'read', value: [{ type: 'RangeError', instance: 'a', count: 'many' }] }, plan: { fields: { ...fields, count: '/count' } } }, 'could not be read'],
    ['too few', { crashes: crash('a', 100) }, '1 process ended by an exception, needs 2'],
    ['the collector did not answer', { after: { outcome: 'timeout' } }, 'could not be read'],
    ['none was made', { crashes: [] }, 'no process was made to crash'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
})
