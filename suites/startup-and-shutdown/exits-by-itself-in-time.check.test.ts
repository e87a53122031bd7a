import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, readies, ready, request, requests, stall } from '../../core/checks/literal-events.test-support.js'
import type { StopResult } from '../../core/driver.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { exitCodeOf } from '../../core/checks/exit-code.js'
import { exitsByItselfInTime } from './exits-by-itself-in-time.check.js'
import { stopsByItself } from './starts-and-stops.requirements.js'

const thresholds = thresholdValues(stopsByItself, 'quick')
const judge = (...events: readonly HistoryEvent[]) => exitsByItselfInTime.evaluate(historyOf(events), thresholds)

const orderly: StopResult = { exitCode: 0, signal: null, killed: false, durationMs: 3_000, survivors: [] }
const declared = fact('stop', { graceMs: 10_000, allowedExitCodes: [0, 143] })

interface Stop {
  readonly label: string
  readonly atMs: number
  readonly result?: Partial<StopResult>
  readonly witnessed?: boolean
  readonly up?: boolean
  readonly signalledAfterMs?: number
}
function stop({ label, atMs, result = {}, witnessed = true, up = true, signalledAfterMs = 0 }: Stop): HistoryEvent[] {
  const endedAtMs = atMs + signalledAfterMs + (result.durationMs ?? orderly.durationMs)
  return [
    ...readies({ fromMs: atMs - 500, toMs: atMs, everyMs: 50 }, up ? 'pass' : 'fail'),
    ...intervention({ name: 'stop', label, issuedAtMs: atMs, acknowledgedAtMs: endedAtMs, ...(witnessed ? { witnessedAtMs: endedAtMs } : {}) }),
    { kind: 'observation', probe: 'stop-result', target: 'r1', atMs: endedAtMs, value: { ...orderly, ...result } },
  ]
}
const loadBefore = (atMs: number): HistoryEvent[] => requests({ fromMs: atMs - 1_100, toMs: atMs - 10, everyMs: 50 }, { load: 'stop-loaded-2', reused: true })

const idle = (result: Partial<StopResult> = {}): HistoryEvent[] => stop({ label: 'stop-idle-1', atMs: 1_000, result })
const loaded = (result: Partial<StopResult> = {}): HistoryEvent[] => [...loadBefore(20_000), ...stop({ label: 'stop-loaded-2', atMs: 20_000, result })]

const halfIsOut = fact('stop-loaded-2-under-way', true)
const underWay = (more: Partial<RequestEvent> = {}): RequestEvent => request(19_900, { load: 'stop-loaded-2-under-way', sentAtMs: 19_901, endedAtMs: 20_210, ...more })

const neverSent = ({ sentAtMs: _, ...request }: RequestEvent): RequestEvent => request

describe('passed', () => {
  test('when it exits by itself every time', () => {
    const finding = judge(declared, ...idle(), ...loaded())
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 2 } })
    expect(finding.summary).toContain('all of 2 stops, 1 of them under load, the slowest in 3 s of 9 s')
  })

  test('when the signal itself ends it, which is exit code 143', () => {
    expect(judge(declared, ...idle({ exitCode: null, signal: 'SIGTERM' }), ...loaded({ exitCode: 143 })).outcome).toBe('passed')
  })

  test('when it exited and was ready again long before', () => {
    expect(judge(declared, platform(100, 'process-exited'), platform(200, 'process-started'), ...idle(), platform(995, 'process-exited', 'r2'), platform(3_990, 'process-exited'), platform(4_500, 'process-started'), ...loaded()).outcome).toBe('passed')
  })

  test('with a request half sent when the signal came, answered after it or not', () => {
    for (const outcome of ['ok', 'reset-in-flight'] as const) {
      const finding = judge(declared, halfIsOut, ...idle(), ...loaded(), underWay({ outcome }), underWay({ plannedAtMs: 20_400, sentAtMs: 20_400, endedAtMs: 20_401 }))
      expect(finding.outcome).toBe('passed')
      expect(finding.summary).toContain('1 of them under load and 1 with a request half sent, the slowest')
      expect(finding.evidence.map(({ note }) => note).at(-1)).toContain('half of a request: out at the signal')
    }
  })

  test.each<[string, HistoryEvent, HistoryEvent | undefined, string | undefined]>([
    ['the request ended before the signal can have come', halfIsOut, underWay({ endedAtMs: 20_050 }), 'out when the stop was asked for'],
    ['the instance did not take it', halfIsOut, underWay({ endedAtMs: 19_950, outcome: 'closed-in-flight' }), 'not taken by the instance'],
    ['the instance refused its connection', halfIsOut, neverSent(underWay({ endedAtMs: 19_950, outcome: 'refused' })), 'not taken by the instance'],
    ['none could be half sent', fact('stop-loaded-2-under-way', false), undefined, undefined],
  ])('without claiming it where %s', (_, known, request, said) => {
    // 100 ms of what the driver did before it sent the signal are not in the duration of the stop.
    const stops = [...idle(), ...loadBefore(20_000), ...stop({ label: 'stop-loaded-2', atMs: 20_000, signalledAfterMs: 100 })]
    const finding = judge(declared, known, ...stops, ...(request === undefined ? [] : [request]))
    expect(finding.outcome).toBe('passed')
    expect(finding.summary).not.toContain('half sent')
    const note = finding.evidence.map((one) => one.note).at(-1) ?? ''
    if (said === undefined) expect(note).not.toContain('half of a request')
    else expect(note).toContain(`half of a request: ${said}`)
  })

  test('requests that are lost while it stops are not its business', () => {
    expect(judge(declared, ...idle(), ...loaded(), request(20_500, { load: 'stop-loaded-2', outcome: 'refused' })).outcome).toBe('passed')
  })
})

describe('failed', () => {
  test.each<[string, Partial<StopResult>, string]>([
    ['it had to be killed', { killed: true, exitCode: null, signal: 'SIGKILL', durationMs: 10_050 }, 'did not exit within its grace period of 10 s'],
    ['it leaves a process behind', { survivors: ['worker 4712'] }, 'left 1 process behind (worker 4712)'],
    ['its exit code is not allowed', { exitCode: 1 }, 'exited with code 1, allowed are 0, 143'],
    ['it dies by another signal', { exitCode: null, signal: 'SIGSEGV' }, 'exited with SIGSEGV'],
    ['it takes nearly all of the grace period', { durationMs: 9_500 }, 'took 9.5 s of the 9 s allowed'],
  ])('when %s, idle or under load', (_, result, reason) => {
    for (const finding of [judge(declared, ...idle(result), ...loaded()), judge(declared, ...idle(), ...loaded(result))]) {
      expect(finding.outcome).toBe('failed')
      expect(finding.summary).toContain(reason)
      expect(finding.summary).toContain('1 of 2 stops went wrong')
    }
  })

  test('after a single stop, and under the usual terms when none are declared', () => {
    expect(judge(...idle({ exitCode: 1 })).outcome).toBe('failed')
    expect(judge(...idle({ durationMs: 28_000 }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('of the 27 s allowed') })
  })

  test('a kill is held against it even when the harness stalled', () => {
    expect(judge(declared, ...idle({ killed: true, exitCode: null, signal: 'SIGKILL', durationMs: 10_050 }), ...loaded(), stall(5_000, 3_000)).outcome).toBe('failed')
  })
})

describe('inconclusive', () => {
  test.each<[string, readonly HistoryEvent[], string]>([
    ['nothing was stopped', [declared], 'no instance was stopped'],
    ['a stop was not witnessed', [declared, ...stop({ label: 'stop-idle-1', atMs: 1_000, witnessed: false, result: { exitCode: 1 } }), ...loaded()], 'stop-idle-1 was not witnessed'],
    ['how it ended was not seen', [declared, ...idle().filter((event) => event.kind !== 'observation' || event.probe !== 'stop-result'), ...loaded()], 'was not witnessed'],
    ['the exit code is not known', [declared, ...idle({ exitCode: null }), ...loaded()], 'could not be observed'],
    ['it was not up before', [declared, ...stop({ label: 'stop-idle-1', atMs: 1_000, up: false }), ...loaded()], 'was not ready before stop-idle-1'],
    ['nobody saw it up before', [declared, ...[...idle(), ...loaded()].filter((event) => event.kind !== 'observation' || event.probe !== 'readiness')], 'was not ready before'],
    ['it had exited by itself before', [declared, ...idle().filter((event) => event.kind !== 'observation' || event.probe !== 'readiness'), ready(0, 'pass'), platform(10, 'process-exited'), ...loaded()], 'r1 had exited by itself before stop-idle-1'],
    ['it had exited wrongly by itself before', [declared, ...idle({ exitCode: 1 }), platform(990, 'process-exited', 'r1', { code: 1 }), ...loaded()], 'r1 had exited by itself before stop-idle-1'],
    ['it had been restarted since it was last seen ready', [declared, ...idle(), platform(970, 'process-exited'), platform(990, 'process-started'), ...loaded()], 'was not ready before stop-idle-1'],
    ['the load was missing', [declared, ...idle(), ...stop({ label: 'stop-loaded-2', atMs: 20_000 })], 'only 0 requests of 10'],
    ['the load was not answered', [declared, ...idle(), ...requests({ fromMs: 19_000, toMs: 20_000, everyMs: 50 }, { load: 'stop-loaded-2', outcome: 'timeout' }), ...stop({ label: 'stop-loaded-2', atMs: 20_000 })], 'only 0 requests of 10'],
    ['nothing is known of the request half sent', [declared, halfIsOut, ...idle(), ...loaded()], 'what became of the request that was half sent at stop-loaded-2 is not known'],
    ['it was sent only later', [declared, halfIsOut, ...idle(), ...loaded(), underWay({ sentAtMs: 20_010 })], 'half sent at stop-loaded-2 is not known'],
    ['it was never written', [declared, halfIsOut, ...idle(), ...loaded(), neverSent(underWay({ outcome: 'timeout' }))], 'half sent at stop-loaded-2 is not known'],
    ['it was given up by us', [declared, halfIsOut, ...idle(), ...loaded(), underWay({ outcome: 'cancelled' })], 'half sent at stop-loaded-2 is not known'],
    ['it was too old when the stop came', [declared, halfIsOut, ...idle(), ...loaded(), underWay({ outcome: 'timeout', sentAtMs: 15_000, endedAtMs: 19_000 })], 'half sent at stop-loaded-2 is not known'],
    ['it was one of another stop', [declared, halfIsOut, ...idle(), ...loaded(), underWay({ load: 'stop-loaded-3-under-way' })], 'half sent at stop-loaded-2 is not known'],
    ['there was no stop under load', [declared, ...idle(), ...stop({ label: 'stop-idle-2', atMs: 20_000 })], '0 of 1 stop under load'],
    ['there were too few stops', [declared, ...loaded()], 'only 1 stop of 2'],
    ['it was slow while the harness stalled', [declared, ...idle({ durationMs: 9_500 }), ...loaded(), stall(5_000, 3_000)], 'stalled'],
  ])('when %s', (_, events, reason) => {
    const finding = judge(...events)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain(reason)
  })
})

test('readiness of another instance does not show that this one was up', () => {
  const others = [declared, ...stop({ label: 'stop-idle-1', atMs: 1_000, up: false }), ready(999, 'pass', undefined, 'r2'), ...loaded()]
  expect(judge(...others).outcome).toBe('inconclusive')
})

test('exit codes are those of a shell', () => {
  expect(exitCodeOf({ exitCode: 0, signal: null })).toBe(0)
  expect(exitCodeOf({ exitCode: null, signal: 'SIGTERM' })).toBe(143)
  expect(exitCodeOf({ exitCode: null, signal: 'SIGINT' })).toBe(130)
  expect(exitCodeOf({ exitCode: null, signal: null })).toBeUndefined()
})
