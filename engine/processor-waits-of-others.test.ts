import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ObservationEvent } from '../core/history.js'
import type { ProcessorWait } from '../core/processor-waits.js'
import { ProcessorWaits } from './processor-waits.js'

/** What each process ran and waited since its start: its first thread, and all of them. */
const processes = new Map<number, { ranMs: number; waitedMs: number; allRanMs: number }>()
vi.mock('../operating-system/processor-time.js', () => ({
  processorTimeOf: (pid: number) => processes.get(pid) ?? null,
  ranMsOfAllThreads: (pid: number) => processes.get(pid)?.allRanMs ?? null,
  withDescendantPids: (pid: number) => [pid],
  hasProcessorQuota: () => false,
  processorsAllowed: () => 64,
  stolenTime: () => undefined,
}))
vi.mock('node:os', () => ({ availableParallelism: () => 2 }))

const pids = { 'replica-0': 1, db: 2, network: 3 } as const
beforeEach(() => {
  vi.useFakeTimers()
  for (const pid of Object.values(pids)) processes.set(pid, { ranMs: 0, waitedMs: 0, allRanMs: 0 })
})
afterEach(() => void vi.useRealTimers())

function spend(target: keyof typeof pids, ranMs: number, waitedMs: number, allRanMs = ranMs): void {
  const before = processes.get(pids[target])!
  processes.set(pids[target], { ranMs: before.ranMs + ranMs, waitedMs: before.waitedMs + waitedMs, allRanMs: before.allRanMs + allRanMs })
}

/** Looks for some seconds, and what was told: by whom, how long it waited, and what share of the machine the service took itself. */
function lookFor(seconds: number, step: (look: number) => void): readonly { readonly target: string; readonly waitedMs: number; readonly own: number }[] {
  let nowMs = 0
  const told: ObservationEvent[] = []
  const waits = new ProcessorWaits((event) => told.push(event), () => nowMs)
  for (const [target, pid] of Object.entries(pids)) waits.see({ name: 'process-started', target, atHrtimeMs: 0, detail: { pid } })
  for (let look = 1; look <= seconds * 5; look += 1) {
    nowMs += 200
    step(look)
    vi.advanceTimersByTime(200)
  }
  waits.stop()
  return told.map(({ target, value }) => {
    const { waitedMs, serviceRanMs, capacityMs } = value as ProcessorWait
    return { target, waitedMs, own: serviceRanMs / capacityMs }
  })
}

test('other threads of a component that burn the processors are the service\'s own', () => {
  const told = lookFor(3, () => {
    spend('db', 0, 0, 380)
    spend('replica-0', 10, 170)
  }).slice(5) // in the first second there is nothing to compare with
  expect(told.length).toBeGreaterThan(5)
  expect(told.filter(({ own }) => own < 0.9)).toEqual([])
})

test('a component that bursts for a second is charged in that second and in no other', () => {
  const told = lookFor(6, (look) => {
    if (Math.floor((look - 1) / 5) % 2 === 1) spend('db', 190, 0, 380)
    spend('network', 10, 100)
  })
  expect(told.filter(({ own }) => own > 0.9).length).toBe(15)
  expect(told.filter(({ own }) => own < 0.1).length).toBe(14)
})

test('what replicas burn in the second for which a component waits is held against it, wherever in that second it was', () => {
  const told = lookFor(4, (look) => {
    if (look % 5 === 0) return
    spend('replica-0', 190, 0, 390)
    spend('db', 10, 190)
  }).filter(({ target }) => target === 'db')
  expect(told.length).toBe(3)
  for (const { own } of told) expect(own).toBeCloseTo(0.8)
})

test('a number that was given to another process says nothing for one look', () => {
  const told = lookFor(2, (look) => {
    if (look === 3) processes.set(pids['replica-0'], { ranMs: 0, waitedMs: 0, allRanMs: 0 })
    else spend('replica-0', 500, 100)
    spend('network', 10, 100)
  })
  expect(told.every(({ own }) => own >= 0)).toBe(true)
})
