import { expect, onTestFinished, test } from 'vitest'
import { BackendHealth } from './backend-health.js'
import { until } from './raw-http.test-support.js'
import type { CheckResult } from './readiness-check.js'

const passed: CheckResult = { passed: true, reason: 'passed' }
const failed: CheckResult = { passed: false, reason: 'failed' }

/** Checks whose results the test gives when it likes. */
function controlledHealth(rise: number, fall: number): { health: BackendHealth; checks: ((result: CheckResult) => void)[]; changes: string[] } {
  const checks: ((result: CheckResult) => void)[] = []
  const changes: string[] = []
  const health = new BackendHealth(
    { intervalMs: 1, timeoutMs: 1_000, rise, fall },
    () => new Promise((resolve) => checks.push(resolve)),
    (up, { reason }) => changes.push(`${up ? 'up' : 'down'}: ${reason}`),
  )
  onTestFinished(() => health.stop())
  health.start()
  return { health, checks, changes }
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('down at first, up after `rise` passes in a row, down after `fall` failures in a row', async () => {
  const { health, checks, changes } = controlledHealth(2, 3)
  expect(checks).toHaveLength(1) // the first check does not wait for the interval
  const results = [passed, failed, passed, passed, failed, failed, passed, failed, failed, failed]
  const ups: boolean[] = []
  for (const [index, result] of results.entries()) {
    await until('a check', () => checks.length > index)
    checks[index]!(result)
    await settled()
    ups.push(health.up)
  }
  expect(ups).toEqual([false, false, false, true, true, true, true, true, true, false])
  expect(changes).toEqual(['up: passed', 'down: failed'])
})

test('checks start every interval while earlier ones wait, and count in the order of their starts', async () => {
  const { checks, changes } = controlledHealth(1, 2)
  await until('four checks', () => checks.length >= 4)
  checks[3]!(passed)
  checks[2]!(failed)
  checks[1]!(failed)
  await settled()
  expect(changes).toEqual([])
  checks[0]!(passed)
  await settled()
  expect(changes).toEqual(['up: passed', 'down: failed', 'up: passed'])
})

test('a stopped one is down and says no more', async () => {
  const { health, checks, changes } = controlledHealth(1, 1)
  health.stop()
  checks[0]!(passed)
  await settled()
  expect(health.up).toBe(false)
  expect(changes).toEqual([])
})
