import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { killAtOnce } from './end-processes.js'
import { ForeignProcesses } from './foreign-processes.js'
import { onLinux, processStartTime, processTree, type ProcessIdentity } from './process-table.js'
import { findRunProcesses, processesWithMarker } from './run-processes.js'

const started: ProcessIdentity[] = []
const folder = mkdtempSync(join(tmpdir(), 'sw-run-processes-'))
afterEach(() => {
  const groups = started.splice(0)
  killAtOnce(() => processTree(groups))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(script: string, options: { readonly marker?: string; readonly log?: string } = {}): ProcessIdentity {
  const log = options.log === undefined ? 'ignore' : openSync(options.log, 'a')
  const env = { PATH: process.env['PATH'], ...(options.marker === undefined ? {} : { SEAWORTHY_RUN: options.marker }) }
  const child = spawn('sh', ['-c', script], { detached: true, env, stdio: ['ignore', log, 'ignore'] })
  const identity = { pid: child.pid!, startTime: processStartTime(child.pid!)! }
  started.push(identity)
  return identity
}
const pidsOf = (entries: readonly ProcessIdentity[]): number[] => entries.map((entry) => entry.pid).sort()

describe('findRunProcesses', () => {
  test('the marker stands for the run and all of its deployments, not for a run with a longer name', async () => {
    const run = `t${randomUUID()}`
    const own = [start('exec sleep 1000', { marker: run }), start('exec sleep 1000', { marker: `${run}/1` })]
    start('exec sleep 1000', { marker: `${run}1` })
    start('exec sleep 1000')
    await expect.poll(() => pidsOf(processesWithMarker(run))).toEqual(pidsOf(own))
    expect(pidsOf(processesWithMarker(`${run}/1`))).toEqual([own[1]!.pid])
  })

  test.runIf(onLinux)('finds what lost the marker but writes into a log file, and what is below it', async () => {
    const writing = start('sleep 1000 >/dev/null & wait', { log: join(folder, 'unit.log') })
    const find = () => findRunProcesses({ marker: randomUUID(), directory: folder, known: [] })
    await expect.poll(() => find().map((entry) => entry.command).sort()).toEqual(['sh', 'sleep'])
    expect(pidsOf(find())).toContain(writing.pid)
  })

  test('finds known processes, and leaves out what is excepted and everything below it', async () => {
    const known = [start('sleep 1000 & wait'), start('exec sleep 1000')]
    const trace = { marker: randomUUID(), directory: folder, known }
    await expect.poll(() => findRunProcesses(trace)).toHaveLength(3)
    expect(pidsOf(findRunProcesses({ ...trace, known: [known[1]!], except: [known[0]!.pid] }))).toEqual([known[1]!.pid])
  })

  test('who looks several times finds what came since, and what became known with all below it', async () => {
    const foreign = new ForeignProcesses()
    const run = `t${randomUUID()}`
    const late = start('sleep 1000 & wait')
    const lookFor = (known: readonly ProcessIdentity[]) => findRunProcesses({ marker: run, directory: folder, known }, foreign)
    await expect.poll(() => processTree([late])).toHaveLength(2)
    expect(lookFor([])).toEqual([])
    const marked = start('exec sleep 1000', { marker: run })
    await expect.poll(() => pidsOf(lookFor([]))).toEqual([marked.pid])
    await expect.poll(() => pidsOf(lookFor([late]))).toEqual(pidsOf([marked, ...processTree([late])]))
    expect(lookFor([late])).toHaveLength(3)
  })

  test('never finds this process', () => {
    const own = { pid: process.pid, startTime: processStartTime(process.pid)! }
    expect(pidsOf(findRunProcesses({ marker: randomUUID(), directory: folder, known: [own] }))).not.toContain(process.pid)
  })
})
