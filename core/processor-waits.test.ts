import { describe, expect, test } from 'vitest'
import { fact } from './checks/literal-events.test-support.js'
import { disturbances } from './checks/calm.js'
import { starvedMachine } from './checks/starved-machine.js'
import { historyOf, type HistoryEvent } from './history.js'
import { processorWaitProbe, starvationsOf, waitingOnTheWay } from './processor-waits.js'
import { disturbedHarness } from './reading.js'

/** Looks every 200 ms, each with the share of it that the replica waited. */
const waits = (target: string, fromMs: number, shares: readonly number[]): HistoryEvent[] =>
  shares.map((share, index) => ({ kind: 'observation', probe: processorWaitProbe, target, atMs: fromMs + 200 * (index + 1), value: { waitedMs: 200 * share, ranMs: 200 * (1 - share), windowMs: 200, serviceRanMs: 100, capacityMs: 400 } }))
const history = (...events: readonly HistoryEvent[]) => historyOf([fact('ejectWindowMs', 2_000), ...events])

describe('spans in which a replica waited for a processor', () => {
  test('looks that follow each other are one span, and those of each replica are apart', () => {
    expect(starvationsOf(history(...waits('replica-0', 1_000, [0.9, 0.9, 0.9]), ...waits('replica-1', 1_000, [0.6])))).toEqual([
      { target: 'replica-0', fromMs: 1_000, toMs: 1_600, waitedMs: 540 },
      { target: 'replica-1', fromMs: 1_000, toMs: 1_200, waitedMs: 120 },
    ])
  })
  test('who was idle in between had nothing left to do, so that a wait before it delays nothing after it', () => {
    const idle: HistoryEvent = { kind: 'observation', probe: processorWaitProbe, target: 'replica-0', atMs: 1_400, value: { waitedMs: 130, ranMs: 20, windowMs: 200, serviceRanMs: 100, capacityMs: 400 } }
    expect(starvationsOf(history(...waits('replica-0', 1_000, [0.9]), idle, ...waits('replica-0', 1_400, [0.9])))).toMatchObject([{ waitedMs: 180 }, { waitedMs: 180 }])
  })
  test('looks that reach back behind each other add up to no more than the time that went by', () => {
    const look = (atMs: number): HistoryEvent => ({ kind: 'observation', probe: processorWaitProbe, target: 'replica-0', atMs, value: { waitedMs: 360, ranMs: 10, windowMs: 370, serviceRanMs: 100, capacityMs: 400 } })
    expect(starvationsOf(history(look(1_370), look(1_570)))).toEqual([{ target: 'replica-0', fromMs: 1_000, toMs: 1_570, waitedMs: 570 }])
    expect(starvationsOf(history(look(1_370), look(1_380)))).toEqual([{ target: 'replica-0', fromMs: 1_000, toMs: 1_380, waitedMs: 380 }])
  })
  test('a service that takes the processors itself waits for nobody else', () => {
    const own = waits('replica-0', 1_000, [0.9, 0.9]).map((one) => ({ ...one, value: { ...(one as { value: object }).value, serviceRanMs: 250 } }) as HistoryEvent)
    expect(starvationsOf(history(...own))).toEqual([])
  })
  test('what mostly ran did not starve, and a pause makes two spans', () => {
    const [first, second, ...more] = starvationsOf(history(...waits('replica-0', 1_000, [0.9]), ...waits('replica-0', 1_200, [0.3]), ...waits('replica-0', 3_000, [0.9])))
    expect([first?.toMs, second?.fromMs, more]).toEqual([1_200, 3_000, []])
  })
})

describe('how long a request was kept waiting on its way', () => {
  const waiting = waitingOnTheWay(history(...waits('replica-0', 1_000, [0.25, 0.5]), ...waits('replica-1', 1_000, [0.25, 0.25]), ...waits('network', 1_200, [0.4]), ...waits('virtual-machine', 1_000, [0.3])))
  test('is at each moment what whoever waited most of those it goes through did, in that span alone', () => {
    expect(waiting({ fromMs: 1_000, toMs: 1_200 })).toBeCloseTo(60)
    expect(waiting({ fromMs: 1_200, toMs: 1_400 })).toBeCloseTo(100)
    expect(waiting({ fromMs: 1_110, toMs: 1_310 })).toBeCloseTo(0.3 * 90 + 0.5 * 110)
    expect(waiting({ fromMs: 2_000, toMs: 3_000 })).toBe(0)
  })
  test('is never longer than the request took', () => {
    const all = waitingOnTheWay(history(...waits('replica-0', 1_000, [0.9]), ...waits('network', 1_000, [0.9]), ...waits('db-primary', 1_000, [0.9])))
    expect(all({ fromMs: 1_000, toMs: 1_200 })).toBeCloseTo(180)
    const reachingBack: HistoryEvent = { kind: 'observation', probe: processorWaitProbe, target: 'replica-0', atMs: 1_600, value: { waitedMs: 300, ranMs: 300, windowMs: 600, serviceRanMs: 10, capacityMs: 400 } }
    expect(waitingOnTheWay(history(...waits('replica-0', 1_000, [0.5, 0.5]), reachingBack))({ fromMs: 1_000, toMs: 1_600 })).toBeCloseTo(300)
  })
  test('does not count what the service took itself', () => {
    const own = waits('replica-0', 1_000, [0.9]).map((one) => ({ ...one, value: { ...(one as { value: object }).value, serviceRanMs: 250 } }) as HistoryEvent)
    expect(waitingOnTheWay(history(...own))({ fromMs: 1_000, toMs: 1_200 })).toBe(0)
  })
})

test('a component that starves excuses only what may have waited for it, and our own network or the machine everything', () => {
  const starving = (target: string) => disturbedHarness(history(...waits(target, 5_000, Array<number>(10).fill(0.9))), { fromMs: 5_000, toMs: 7_000 }, 1_000)
  expect(starving('mail-catcher')).toBeNull()
  for (const target of ['replica-0', 'network', 'virtual-machine']) expect(starving(target)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(target) as string })
})

describe('a replica that waited for a processor', () => {
  const starved = history(...waits('replica-1', 5_000, Array<number>(10).fill(0.8)))
  test('makes what is timed in that window doubtful, and no other window', () => {
    expect(disturbedHarness(starved, { fromMs: 6_000, toMs: 7_000 }, 600)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('replica-1 waited 800 of 1000 ms for a processor') as string })
    expect(disturbedHarness(starved, { fromMs: 8_000, toMs: 9_000 }, 600)).toBeNull()
    expect(disturbedHarness(starved, { fromMs: 6_800, toMs: 9_000 }, 600)).toBeNull()
    expect(disturbedHarness(starved, { fromMs: 6_000, toMs: 7_000 }, 1_000)).toBeNull()
  })
  test('excuses a failure right after it, and its span is left out where the rest is judged', () => {
    expect(starvedMachine(starved, { fromMs: 7_500, toMs: 8_000 })).toMatchObject({ outcome: 'inconclusive' })
    expect(starvedMachine(starved, { fromMs: 9_000, toMs: 9_500 })).toBeNull()
    expect(disturbances(starved, { fromMs: 0, toMs: 10_000 })).toEqual([{ fromMs: 5_000, toMs: 9_000 }])
  })
})

describe('a replica that the balancer took out', () => {
  const ejected = (target: string, atMs: number, detail: Readonly<Record<string, unknown>>): HistoryEvent => ({ kind: 'platform', name: 'backend-down', target, atMs, detail })
  const late = { reason: 'readiness gave no answer within 500 ms', lateAfterMs: 500 }
  const waiting = waits('replica-1', 5_000, [0.9, 0.9, 0.9])
  const window = { fromMs: 5_400, toMs: 7_000 }
  test('for an answer that was late while it waited for a processor is nobody\'s loss', () => {
    const finding = disturbedHarness(history(...waiting, ejected('replica-1', 5_600, late)), window, 1_000)
    expect(finding).toMatchObject({ outcome: 'inconclusive', summary: 'the machine was starved: replica-1 waited 450 of 500 ms for a processor, and the balancer took it out because its answer was late' })
  })
  test('for another reason, at another time, or while another one waited, is held against the service', () => {
    expect(disturbedHarness(history(...waiting, ejected('replica-1', 5_600, { reason: 'readiness answered 503' })), window, 1_000)).toBeNull()
    expect(disturbedHarness(history(...waiting, ejected('replica-0', 5_600, late)), window, 1_000)).toBeNull()
    expect(disturbedHarness(history(...waiting, ejected('replica-1', 6_500, late)), window, 1_000)).toBeNull()
    expect(disturbedHarness(history(...waits('replica-1', 5_000, [0.9]), ejected('replica-1', 5_600, late)), window, 1_000)).toBeNull()
  })
  test('before the window or after it is not its business', () => {
    const starved = history(...waiting, ejected('replica-1', 5_600, late))
    expect(disturbedHarness(starved, { fromMs: 6_700, toMs: 9_000 }, 1_000)).toBeNull()
    expect(disturbedHarness(starved, { fromMs: 4_000, toMs: 5_500 }, 1_000)).toBeNull()
  })
})
