import { expect, test } from 'vitest'
import { SlidingWindows } from './sliding-window.js'

const limit = { requests: 2, perMs: 1_000 }

test('accepts the quota in a window and says when one more is accepted', () => {
  const windows = new SlidingWindows()
  expect(windows.take('a', limit, 0)).toEqual({ accepted: true, remaining: 1, resetMs: 1_000 })
  expect(windows.take('a', limit, 400)).toEqual({ accepted: true, remaining: 0, resetMs: 600 })
  expect(windows.take('a', limit, 700)).toEqual({ accepted: false, remaining: 0, resetMs: 300 })
  expect(windows.take('a', limit, 1_000)).toMatchObject({ accepted: true, resetMs: 400 })
})
test('no span of that length holds more than the quota, also across what a fixed window would call a border', () => {
  const windows = new SlidingWindows()
  const accepted = Array.from({ length: 60 }, (_, index) => index * 100).filter((atMs) => windows.take('a', limit, atMs).accepted)
  for (const atMs of accepted) expect(accepted.filter((one) => one >= atMs && one < atMs + limit.perMs).length).toBeLessThanOrEqual(limit.requests)
  expect(accepted).toHaveLength(12)
})
test('one name does not use up what belongs to another, and what is refused is not counted', () => {
  const windows = new SlidingWindows()
  for (let atMs = 0; atMs < 900; atMs += 10) windows.take('a', limit, atMs)
  expect(windows.take('b', limit, 900)).toMatchObject({ accepted: true, remaining: 1 })
  expect(windows.take('a', limit, 1_011)).toMatchObject({ accepted: true })
})
test('forgets who has not come for long', () => {
  const windows = new SlidingWindows()
  windows.take('a', { requests: 1, perMs: 60_000 }, 0)
  windows.forget(10_000, 5_000)
  expect(windows.take('a', { requests: 1, perMs: 60_000 }, 5_000).accepted).toBe(false)
  windows.forget(10_000, 20_000)
  expect(windows.take('a', { requests: 1, perMs: 60_000 }, 20_000).accepted).toBe(true)
})
