import { expect, test } from 'vitest'
import { RestartSchedule, wantsRestart } from './restart-schedule.js'

test('the delay doubles up to 2 s while it dies within 1 s, stays for longer lives, and is reset after 5 s', () => {
  const schedule = new RestartSchedule()
  const uptimes = [20_000, 10, 999, 10, 10, 10, 10, 1_000, 4_999, 5_000, 10, 10]
  expect(uptimes.map((uptimeMs) => schedule.nextDelayMs(uptimeMs))).toEqual([100, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 100, 100, 200])
})

test.each([
  ['always', 0, null, true],
  ['always', null, 'SIGTERM', true],
  ['never', 1, null, false],
  ['never', null, 'SIGKILL', false],
  ['on-failure', 0, null, false],
  ['on-failure', 1, null, true],
  ['on-failure', null, 'SIGKILL', true],
  ['on-failure', null, 'SIGTERM', false],
  ['on-failure', null, null, true], // it could not be started
] as const)('policy %s, code %s, signal %s: restart %s', (policy, code, signal, expected) => {
  expect(wantsRestart(policy, { code, signal })).toBe(expected)
})
