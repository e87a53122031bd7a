import { describe, expect, test } from 'vitest'
import { fact } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { logsAreReadable } from './logs-are-readable.check.js'
import type { Correlated } from './names.js'

const thresholds = { requests: 10, failing: 2, awkward: 2, parse_ratio_min: 1, id_coverage_min: 0.99, line_bytes_max: 300 }
const fields = { time: '/time', level: '/level', message: '/message', correlation: '/traceId' }
const line = (more: object): string => JSON.stringify({ time: '2026-01-02T03:04:05.678Z', level: 'info', message: 'request', ...more })

const sent: readonly Correlated[] = Array.from({ length: 10 }, (_, index) => {
  const kind = index < 2 ? 'failing' : index < 4 ? 'awkward' : 'ordinary'
  return { id: `id-${index}`, kind, outcome: 'ok', status: kind === 'failing' ? 500 : kind === 'awkward' ? 404 : 200 }
})
interface Shape {
  readonly lines?: readonly string[]
  readonly complete?: boolean
  readonly requests?: readonly Correlated[]
}
const right = [line({ message: 'ready' }), ...sent.map(({ id }) => line({ traceId: id }))]
function judge({ lines = right, complete = true, requests = sent }: Shape = {}) {
  const events: HistoryEvent[] = [
    fact('logs', { instances: ['a', 'b'], fields }),
    ...requests.map((value): HistoryEvent => ({ kind: 'observation', probe: 'correlated', target: 'balancer', atMs: 5, value })),
    { kind: 'observation', probe: 'log', target: 'a', atMs: 9, value: { lines: lines.slice(0, 4), bytes: 1, complete } },
    { kind: 'observation', probe: 'log', target: 'a', atMs: 10, value: { lines: [], bytes: 0, complete } },
    { kind: 'observation', probe: 'log', target: 'b', atMs: 9, value: { lines: lines.slice(4), bytes: 1, complete: true } },
  ]
  return logsAreReadable.evaluate(historyOf(events), thresholds)
}

describe('logs are readable', () => {
  test('passed: every line can be read and every id was found', () => {
    expect(judge()).toMatchObject({ outcome: 'passed', summary: '11 lines can be read, and the id of 10 of 10 requests was found' })
  })
  test.each<[string, Shape, string]>([
    ['a stack trace over several lines', { lines: [...right, 'Error: this', '    at Object.get'] }, '2 of 13 lines cannot be read: one is not JSON'],
    ['a line without a level', { lines: [...right, JSON.stringify({ time: '2026-01-02', message: 'x' })] }, '1 of 12 lines cannot be read: one has no level at /level'],
    ['a line that is too long', { lines: [...right, line({ message: 'x'.repeat(400) })] }, '1 line is longer than 300 bytes'],
    ['a request that nothing is written about', { lines: right.slice(0, -1) }, 'the ids of 1 of 10 requests stand in no line at /traceId'],
    ['ids that stand in the text only', { lines: sent.map(({ id }) => line({ message: `request ${id}` })) }, 'the ids of 10 of 10 requests'],
  ])('failed: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining(summary) as string })
  })
  test('a request that was not answered need not be in the log', () => {
    const [first, ...others] = sent
    const { status: _, ...unanswered } = first!
    expect(judge({ lines: right.filter((one) => !one.includes('id-0')), requests: [unanswered, ...others] })).toMatchObject({ outcome: 'inconclusive', summary: '1 requests failed with a status of 500 or more, needs 2' })
  })
  test.each<[string, Shape, string]>([
    ['part of the log was lost', { complete: false }, 'the log of a could not be read from its beginning to its end'],
    ['nothing was written at all', { lines: [] }, 'there may be another log'],
    ['what should fail did not', { requests: sent.map((one) => ({ ...one, status: 200 })) }, '0 requests failed'],
    ['no awkward ones were answered', { requests: sent.filter(({ kind }) => kind !== 'awkward') }, '0 requests with awkward parameters'],
    ['too few were answered', { requests: sent.slice(0, 8) }, '8 requests were answered, needs 10'],
  ])('inconclusive: %s', (_what, shape, summary) => {
    expect(judge(shape)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
  test('inconclusive: nothing was read', () => {
    expect(logsAreReadable.evaluate(historyOf([]), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: 'no log was read' })
    expect(logsAreReadable.evaluate(historyOf([fact('logs', { instances: ['a'], fields })]), thresholds).outcome).toBe('inconclusive')
  })
})
