import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { onLinux } from '../../operating-system/process-table.js'
import type { MachineUnit, UnitEvent } from './machine-protocol.js'
import { SimulatedMachine } from './simulated-machine.js'

const busyMs = 1_000
const count = availableParallelism() + 4
const graceMs = 2_000

let folder: string
let machine: SimulatedMachine
let startedAtMs: number[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulated-machine-'))
  startedAtMs = []
  const note = (event: UnitEvent): void => {
    if (event.kind === 'process-started') startedAtMs.push(event.atHrtimeMs)
  }
  machine = new SimulatedMachine(note, () => {})
})
afterEach(async () => {
  await machine.answer({ name: 'shutdown', parameters: { graceMs } } as never).catch(() => undefined) // it went down before
  rmSync(folder, { recursive: true })
})

const unit = (index: number): MachineUnit => ({
  name: `unit-${index}`, kind: 'component', command: [process.execPath, '-e', `const endAt = Date.now() + ${busyMs}; while (Date.now() < endAt); setInterval(() => {}, 1_000)`], environment: {},
  directory: folder, logFile: join(folder, `unit-${index}.log`), restart: 'never', startAtBoot: true, stopSignal: 'SIGKILL', port: 1,
})
const boot = (startAll: boolean): Promise<unknown> =>
  machine.answer({ id: 1, name: 'boot', parameters: { units: Array.from({ length: count }, (_, index) => unit(index)), startAll, processRecord: join(folder, 'record'), delaysMs: {} } } as never)
/** From the first start to the last. */
const spreadMs = (): number => Math.max(...startedAtMs) - Math.min(...startedAtMs)

describe.runIf(onLinux)('a machine', () => {
  test('is started by its operator a few programs at a time', async () => {
    await boot(true)
    expect(startedAtMs).toHaveLength(count)
    expect(spreadMs()).toBeGreaterThanOrEqual(busyMs)
  }, 60_000)

  test('starts everything at once when it boots', async () => {
    await boot(false)
    expect(startedAtMs).toHaveLength(count)
    expect(spreadMs()).toBeLessThan(busyMs)
  }, 60_000)

  test('starts nothing more when it goes down in the middle of it', async () => {
    const booting = boot(true)
    await pause(busyMs / 2)
    await machine.answer({ id: 2, name: 'shutdown', parameters: { graceMs } } as never)
    await booting
    // How many it was by then depends on how busy the machine of the test is.
    const started = startedAtMs.length
    expect(started).toBeLessThan(count)
    await pause(busyMs)
    expect(startedAtMs).toHaveLength(started)
  }, 60_000)
})
