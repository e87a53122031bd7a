import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import type { ObservationEvent } from '../core/history.js'
import type { ProcessorWait } from '../core/processor-waits.js'
import { onLinux } from '../operating-system/process-table.js'
import { processorTimeOf, ranMsOfAllThreads } from '../operating-system/processor-time.js'
import { ProcessorWaits } from './processor-waits.js'

test.runIf(onLinux)('a replica, a component and our own network are seen to wait, who sleeps is not', async () => {
  const seen: ObservationEvent[] = []
  const waits = new ProcessorWaits((event) => seen.push(event), () => performance.now())
  const busy = Array.from({ length: 3 * availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;) ;'], { stdio: 'ignore' }))
  const sleeping = spawn('sleep', ['1000'], { stdio: 'ignore' })
  try {
    const started = (target: string, pid = 0): void => waits.see({ name: 'process-started', target, atHrtimeMs: 0, detail: { pid } })
    waits.see({ name: 'process-found', target: 'replica-0', atHrtimeMs: 0, detail: { pid: busy[0]?.pid } })
    started('replica-1', sleeping.pid)
    started('db-primary', busy[1]?.pid)
    waits.see({ name: 'network-started', target: 'network', atHrtimeMs: 0, detail: { pid: busy[2]?.pid } })
    const ofService = (): readonly ObservationEvent[] => seen.filter(({ target }) => target !== 'network' && target !== 'virtual-machine')
    const waitedLong = (target: string): number => seen.filter((one) => one.target === target && (one.value as ProcessorWait).waitedMs >= 100).length
    for (const target of ['replica-0', 'db-primary', 'network']) await expect.poll(() => waitedLong(target), { timeout: 15_000 }).toBeGreaterThan(2)
    expect(seen.some(({ target }) => target === 'replica-1')).toBe(false)
    for (const target of ['replica-0', 'db-primary']) waits.see({ name: 'process-exited', target, atHrtimeMs: 0, detail: {} })
    const count = ofService().length
    const all = seen.length
    await expect.poll(() => seen.length, { timeout: 15_000 }).toBeGreaterThan(all)
    expect(ofService().length).toBe(count)
    // What our own network runs is not the service's.
    expect((seen.at(-1)?.value as ProcessorWait).serviceRanMs).toBeLessThan(100)
  } finally {
    waits.stop()
    for (const child of [...busy, sleeping]) child.kill('SIGKILL')
  }
}, 30_000)

test.runIf(onLinux && availableParallelism() > 1)('replicas that share one processor by their own doing wait for nobody else', async () => {
  const seen: ObservationEvent[] = []
  const waits = new ProcessorWaits((event) => seen.push(event), () => performance.now())
  const pinned = Array.from({ length: 3 }, () => spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;) ;'], { stdio: 'ignore' }))
  try {
    for (const [index, { pid }] of pinned.entries()) waits.see({ name: 'process-started', target: `replica-${index}`, atHrtimeMs: 0, detail: { pid } })
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(seen).toEqual([])
  } finally {
    waits.stop()
    for (const child of pinned) child.kill('SIGKILL')
  }
})

test.runIf(onLinux)('what other threads of a replica ran is the service\'s own', async () => {
  const program = "const { Worker } = require('node:worker_threads'); new Worker('for (;;) ;', { eval: true })"
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' })
  try {
    await expect.poll(() => ranMsOfAllThreads(child.pid ?? 0) ?? 0, { timeout: 15_000 }).toBeGreaterThan(300)
    expect(processorTimeOf(child.pid ?? 0)?.ranMs).toBeLessThan(ranMsOfAllThreads(child.pid ?? 0) ?? 0)
  } finally {
    child.kill('SIGKILL')
  }
}, 30_000)
