import { expect, test } from 'vitest'
import { Pacer } from './pacer.js'

const clock = (): number => performance.now()

function stall(ms: number): void {
  const endAt = performance.now() + ms
  while (performance.now() < endAt);
}

test('plans 500 a second evenly and sends them near their instants', async () => {
  const planned: number[] = []
  const slips: number[] = []
  const pacer = new Pacer({
    ratePerSecond: 500,
    durationMaxMs: 1_000,
    clock,
    onDue: (plannedAtMs) => {
      planned.push(plannedAtMs)
      slips.push(clock() - plannedAtMs)
    },
  })
  const startedAt = clock()
  await pacer.ended
  expect(planned).toHaveLength(500)
  expect(clock() - startedAt).toBeGreaterThan(990)
  planned.slice(1).forEach((atMs, index) => expect(atMs - planned[index]!).toBeCloseTo(2, 5))
  expect(Math.min(...slips)).toBeGreaterThanOrEqual(0)
  expect(slips.sort((a, b) => a - b)[250]).toBeLessThan(20)
})

test('keeps the plan at 5000 a second', async () => {
  let count = 0
  const startedAt = clock()
  const pacer = new Pacer({ ratePerSecond: 5_000, durationMaxMs: 400, clock, onDue: () => (count += 1) })
  await pacer.ended
  expect(count).toBe(2_000)
  expect(clock() - startedAt).toBeGreaterThan(395)
})

test('after a stall everything that was due is sent at once, with its planned instant, and the slip is told', async () => {
  const sent: { plannedAtMs: number; atMs: number }[] = []
  const reports: { slipMsMax: number; planned: number }[] = []
  const pacer = new Pacer({ ratePerSecond: 200, durationMaxMs: 400, clock, onDue: (plannedAtMs) => sent.push({ plannedAtMs, atMs: clock() }), onSlip: (slip) => reports.push(slip) })
  setTimeout(() => stall(150), 100)
  await pacer.ended
  expect(sent).toHaveLength(80)
  const late = sent.filter(({ plannedAtMs, atMs }) => atMs - plannedAtMs > 50)
  expect(late.length).toBeGreaterThanOrEqual(15)
  expect(reports.reduce((sum, { planned }) => sum + planned, 0)).toBe(80)
  expect(Math.max(...reports.map(({ slipMsMax }) => slipMsMax))).toBeGreaterThan(100)
})

test('is bounded by its count, by its time, and by stop', async () => {
  let count = 0
  const onDue = (): void => void (count += 1)
  await new Pacer({ ratePerSecond: 1_000, durationMaxMs: 60_000, countMax: 7, clock, onDue }).ended
  expect(count).toBe(7)
  await new Pacer({ ratePerSecond: 100, durationMaxMs: 50, clock, onDue }).ended
  expect(count).toBe(12)
  const stopped: Pacer = new Pacer({ ratePerSecond: 1_000, durationMaxMs: 60_000, clock, onDue: () => ((count += 1), stopped.stop()) })
  await stopped.ended
  expect(count).toBe(13)
})

test('a low rate wakes the loop about once an instant', async () => {
  let readings = 0
  const counting = (): number => ((readings += 1), performance.now())
  await new Pacer({ ratePerSecond: 20, durationMaxMs: 500, clock: counting, onDue: () => {} }).ended
  expect(readings).toBeLessThan(100)
})
