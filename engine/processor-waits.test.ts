import { spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import type { ObservationEvent } from '../core/history.js'
import type { ProcessorWait } from '../core/processor-waits.js'
import { onLinux } from '../operating-system/process-table.js'
import { ProcessorWaits } from './processor-waits.js'

test.runIf(onLinux)('a replica among others on one processor is seen to wait, a sleeping one and a component are not', async () => {
  const seen: ObservationEvent[] = []
  const waits = new ProcessorWaits((event) => seen.push(event), () => performance.now())
  const busy = Array.from({ length: 5 }, () => spawn('taskset', ['-c', String(cpus().length - 1), process.execPath, '-e', 'for (;;) ;'], { stdio: 'ignore' }))
  const sleeping = spawn('sleep', ['1000'], { stdio: 'ignore' })
  try {
    const started = (target: string, pid = 0): void => waits.see({ name: 'process-started', target, atHrtimeMs: 0, detail: { pid } })
    started('replica-0', busy[0]?.pid)
    started('replica-1', sleeping.pid)
    started('db-primary', busy[1]?.pid)
    await expect.poll(() => seen.filter(({ value }) => (value as ProcessorWait).waitedMs >= 100).length, { timeout: 15_000 }).toBeGreaterThan(2)
    expect([...new Set(seen.map(({ target }) => target))]).toEqual(['replica-0'])
    waits.see({ name: 'process-exited', target: 'replica-0', atHrtimeMs: 0, detail: {} })
    const count = seen.length
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(seen.length).toBe(count)
  } finally {
    waits.stop()
    for (const child of [...busy, sleeping]) child.kill('SIGKILL')
  }
}, 30_000)
