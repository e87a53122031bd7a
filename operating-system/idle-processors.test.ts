import { expect, test } from 'vitest'
import { idleLately, processorsOfMachine } from './idle-processors.js'

/** Two processors, and what they did at which time. */
function machine() {
  const now = { atMs: 0, idleMs: 0 }
  const { look, began } = idleLately({ clock: () => now.atMs, look: () => ({ count: 2, idleMs: now.idleMs }) }, { shareMin: 0.25, windowMs: 1_000 })
  /** `share` of both was idle for so long. */
  const after = (share: number, ms = 250): boolean => {
    now.atMs += ms
    now.idleMs += 2 * ms * share
    return look()
  }
  return { look, began, after }
}

test('nothing is known before it was looked at for as long as the window', () => {
  const { look, after } = machine()
  expect(look()).toBe(false)
  expect([after(1), after(1), after(1)]).toEqual([false, false, false])
  expect(after(1)).toBe(true)
})

test('the share counts over the window, not in its last moment', () => {
  const { look, after } = machine()
  look()
  expect([0, 0, 0, 0].map((share) => after(share))).toEqual([false, false, false, false])
  expect(after(0.9)).toBe(false)
  expect(after(0.1)).toBe(true) // 1.0 of 4 quarters
  expect(after(0)).toBe(true)
  expect(after(0)).toBe(true)
  expect(after(0)).toBe(false) // what was idle lies before the window
})

test('what was before something began does not count', () => {
  const { look, began, after } = machine()
  look()
  for (let i = 0; i < 4; i++) after(1)
  began()
  expect([after(1), after(1), after(1), after(1)]).toEqual([false, false, false, false])
  expect(after(1)).toBe(true)
})

test('after a long time in which nobody looked it begins anew: an idle half minute says nothing about its last two seconds', () => {
  const { look, after } = machine()
  look()
  for (let i = 0; i < 4; i++) after(1)
  expect(after(0.9, 30_000)).toBe(false)
  expect([after(1), after(1), after(1)]).toEqual([false, false, false])
  expect(after(1)).toBe(true)
})

const all = { look: () => ({ count: 4, idleMs: 0 }), usable: 4, isLimited: false }
test.each([
  ['all processors', all, true],
  ['some of the processors', { ...all, usable: 2 }, false],
  ['only so much of the processors', { ...all, isLimited: true }, false],
  ['processors that nobody counts', { ...all, look: () => ({ count: 0, idleMs: 0 }) }, false],
])('with %s: %j, that they can be looked at is %s', (_, facts, expected) => expect(processorsOfMachine(facts) !== null).toBe(expected))
