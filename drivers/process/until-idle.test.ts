import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { onLinux } from '../../operating-system/process-table.js'
import { untilIdle } from './until-idle.js'

let child: ChildProcess | undefined
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit')
})
/** In a shell, which has no threads that its first one could wait for. */
function started(code: string): number {
  child = spawn('/bin/sh', ['-c', code], { stdio: ['ignore', 'pipe', 'ignore'] })
  return child.pid!
}
const soonMs = 20_000

test.runIf(onLinux)('a program that has started is idle, and nobody waits longer for it', async () => {
  const pid = started('i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; exec sleep 60')
  const said = once(child!.stdout!, 'data').then(() => performance.now())
  const startedAtMs = performance.now()
  await untilIdle(pid, startedAtMs + soonMs)
  const idleAtMs = performance.now()
  expect(idleAtMs).toBeGreaterThanOrEqual((await said) - 20) // what it said takes its time as well
  expect(idleAtMs - startedAtMs).toBeLessThan(soonMs - 5_000)
})

test.runIf(onLinux)('a program that stays busy is waited for as long as was said', async () => {
  const pid = started('while :; do :; done')
  const startedAtMs = performance.now()
  await untilIdle(pid, startedAtMs + 600)
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(600)
})

test.runIf(onLinux)('one that has ended is not waited for', async () => {
  const pid = started('')
  await once(child!, 'exit')
  const startedAtMs = performance.now()
  await untilIdle(pid, startedAtMs + soonMs)
  expect(performance.now() - startedAtMs).toBeLessThan(soonMs / 2)
})
