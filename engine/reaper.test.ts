import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commandLineOf, isAlive, processStartTime, readProcess } from '../operating-system/process-table.js'
import { processesWithMarker } from '../operating-system/run-processes.js'
import { cleanAll, sweepLeftovers } from './leftovers.js'
import { listRuns, openRun, closeRun, newRunId } from './run-registry.js'
import { startReaper } from './start-reaper.js'

const built = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const within = { timeout: 15_000, interval: 20 }

let folder: string
let state: string
let runId: string
const harnesses: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-reaper-'))
  state = join(folder, 's')
  runId = newRunId()
})
afterEach(async () => {
  for (const child of harnesses.splice(0)) child.kill('SIGKILL')
  if (existsSync(state)) await cleanAll({ stateDirectory: state, force: true })
  rmSync(folder, { recursive: true, force: true })
})

/** A harness with a real deployment: two replicas that ignore SIGTERM, each with a child that has left its group and its parent. */
const harnessProgram = `
import { commandLineOf } from ${JSON.stringify(join(built, 'operating-system/process-table.js'))}
import { processesWithMarker } from ${JSON.stringify(join(built, 'operating-system/run-processes.js'))}
import { deploymentDirectory, openRun } from ${JSON.stringify(join(built, 'engine/run-registry.js'))}
import { startReaper } from ${JSON.stringify(join(built, 'engine/start-reaper.js'))}
import { processDriver } from ${JSON.stringify(join(built, 'drivers/process/process-driver.js'))}
const [state, runId] = process.argv.slice(2)
const run = openRun(runId, state)
const reaper = await startReaper(run)
const command = ['sh', '-c', 'trap "" TERM; (setsid sleep 1001 >/dev/null 2>&1 &); while :; do sleep 1000; done']
const unit = { command, env: {}, restart: 'always', startAtBoot: true }
const service = {
  name: 'x', directory: '/', target: { kind: 'process', replicas: { ...unit, count: 2 }, components: [] },
  balancer: { intervalMs: 1000, fall: 1, rise: 1, timeoutMs: 500 }, health: { readinessPath: '/' },
  lifecycle: { stop: { signal: 'SIGTERM', graceMs: 1000, allowedExitCodes: [0] }, startTimeoutMs: 1000 }, traffic: {},
}
const deployment = await processDriver.deploy(service, {
  runId, directory: deploymentDirectory(run, '1'), sharedDirectory: deploymentDirectory(run, 'shared'), journal: run.journal, signal: new AbortController().signal,
  environment: {}, onPlatformEvent: () => {},
})
// A shell that is frozen before it has started its sleeps never starts them.
const sleeping = (line) => processesWithMarker(runId).filter((entry) => commandLineOf(entry) === line).length
while (sleeping('sleep 1000') < 2 || sleeping('sleep 1001') < 2) await new Promise((resolve) => setTimeout(resolve, 20))
await deployment.controls.freeze('replica-0')
console.log(reaper.pid)
setInterval(() => {}, 1000)
`

/** Resolves with the harness and the pid of its reaper when everything runs. */
async function startHarness(): Promise<{ readonly harness: ChildProcess; readonly reaper: number }> {
  const file = join(folder, 'harness.mjs')
  writeFileSync(file, harnessProgram)
  const harness = spawn(process.execPath, [file, state, runId], { stdio: ['ignore', 'pipe', 'inherit'] })
  harnesses.push(harness)
  const [line] = await once(harness.stdout, 'data')
  // The machine, its network, and of each replica a shell and two sleeps; the reaper carries no marker.
  await expect.poll(() => marked().length, within).toBe(8)
  return { harness, reaper: Number(String(line)) }
}
const marked = (): ReturnType<typeof processesWithMarker> => processesWithMarker(runId)

async function kill(...pids: readonly (number | undefined)[]): Promise<void> {
  for (const pid of pids) process.kill(pid!, 'SIGSTOP')
  for (const pid of pids) process.kill(pid!, 'SIGKILL')
  await expect.poll(() => pids.every((pid) => readProcess(pid!) === null), within).toBe(true)
}

describe('the harness dies by SIGKILL', () => {
  test('and the reaper ends everything, and itself, and the folder of the run is gone', async () => {
    const { harness, reaper } = await startHarness()
    process.kill(reaper, 'SIGTERM')
    process.kill(reaper, 'SIGINT')
    await kill(harness.pid)
    await expect.poll(() => readProcess(reaper), within).toBeNull()
    expect(marked()).toEqual([])
    expect(existsSync(state)).toBe(false)
  })

  test('and so does its reaper: the next start ends what is left', async () => {
    const { harness, reaper } = await startHarness()
    const machine = marked().find((entry) => commandLineOf(entry).includes('machine.js'))
    await kill(machine?.pid, reaper, harness.pid) // nobody sees the end of another
    const [cleaned, ...others] = await sweepLeftovers({ stateDirectory: state })
    expect(others).toEqual([])
    expect(cleaned).toMatchObject({ runId, left: [] })
    expect(cleaned?.ended).toContainEqual(expect.stringMatching(/^process \d+ sleep 1001$/))
    expect(marked()).toEqual([])
    expect(existsSync(state)).toBe(false)
  })
})

describe('leftovers', () => {
  test('a run that lives is not touched, unless it is forced', async () => {
    const { harness, reaper } = await startHarness()
    expect(await sweepLeftovers({ stateDirectory: state })).toEqual([])
    expect(await cleanAll({ stateDirectory: state })).toEqual({ cleaned: [], living: [{ runId, pid: harness.pid }] })
    expect(marked()).toHaveLength(8)
    const { living } = await cleanAll({ stateDirectory: state, force: true })
    expect(living).toEqual([])
    expect(marked()).toEqual([])
    expect([readProcess(harness.pid!), readProcess(reaper), existsSync(state)]).toEqual([null, null, false])
  })

  test('this process is never ended, not even by force', async () => {
    const run = openRun(runId, state)
    expect((await cleanAll({ stateDirectory: state, force: true })).living).toEqual([{ runId, pid: process.pid }])
    closeRun(run)
  })

  test('a process that was given a pid of the journal is left alone; a folder of the journal is removed', async () => {
    const bystander = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    harnesses.push(bystander)
    const run = openRun(runId, state)
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere)
    run.journal.record({ kind: 'process-group', pid: bystander.pid!, startTime: 'of another', what: 'machine' })
    run.journal.record({ kind: 'directory', path: elsewhere })
    run.journal.record({ kind: 'directory', path: '/' })
    writeFileSync(join(run.directory, 'owner.json'), JSON.stringify({ pid: process.pid, startTime: 'of another' }))
    expect(await sweepLeftovers({ stateDirectory: state })).toEqual([{ runId, ended: [`folder ${elsewhere}`], left: [] }])
    expect(readProcess(bystander.pid!)).not.toBeNull()
    expect(existsSync(elsewhere)).toBe(false)
  })
})

describe('startReaper', () => {
  test('a reaper that is released ends nothing', async () => {
    const run = openRun(runId, state)
    const lost: string[] = []
    const reaper = await startReaper(run, (reason) => lost.push(reason))
    const startTime = processStartTime(reaper.pid)!
    expect(listRuns(state)).toMatchObject([{ reaper: { pid: reaper.pid, startTime } }])
    await reaper.release()
    expect(isAlive(reaper.pid, startTime)).toBe(false)
    expect(readdirSync(run.directory)).toContain('journal.ndjson')
    expect(lost).toEqual([])
    closeRun(run)
  })

  test('a reaper that is lost is told', async () => {
    const run = openRun(runId, state)
    const lost: string[] = []
    const reaper = await startReaper(run, (reason) => lost.push(reason))
    process.kill(reaper.pid, 'SIGKILL')
    await expect.poll(() => lost, within).toEqual(['the reaper ended with SIGKILL'])
    await reaper.release()
    closeRun(run)
  })
})
