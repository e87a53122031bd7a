import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readJournal } from '../engine/journal.js'
import { cleanAll } from '../engine/leftovers.js'
import { defaultStateDirectory, journalPath, newRunId } from '../engine/run-registry.js'
import { notEndedName, processRecordName } from '../operating-system/process-record.js'
import { onLinux } from '../operating-system/process-table.js'
import { listSharedMemory } from '../operating-system/shared-memory.js'
import { openRunScope, type RunScope } from './run-scope.js'

let folder: string
const segments: number[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-scope-'))
  vi.stubEnv('TMPDIR', folder) // a state folder of its own
})
afterEach(async () => {
  for (const id of segments.splice(0)) if (segmentIsThere(id)) spawnSync('ipcrm', ['-m', String(id)])
  await cleanAll({ force: true })
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const openScope = (): Promise<RunScope> => openRunScope(newRunId(), () => {})

/** Writes the order for an undo, which works as soon as `works` exists, and counts its attempts. */
function orderUndo(scope: RunScope, name: string): { readonly works: string; attempts(): number } {
  const [program, works, tries] = ['js', 'works', 'tries'].map((ending) => join(folder, `${name}.${ending}`))
  writeFileSync(program!, `
    require('node:fs').appendFileSync(${JSON.stringify(tries)}, 'x')
    process.exit(require('node:fs').existsSync(${JSON.stringify(works)}) ? 0 : 1)`)
  scope.journal.record({ kind: 'program', path: program!, parameters: [], what: `${name} is not as it was found` })
  return { works: works!, attempts: () => (existsSync(tries!) ? readFileSync(tries!, 'utf8').length : 0) }
}

test('an undo that failed is tried once more at the end of the run, and then nothing is left', async () => {
  const scope = await openScope()
  const undo = orderUndo(scope, 'replica-0')
  writeFileSync(undo.works, '')
  expect(await scope.close()).toEqual([])
  expect(undo.attempts()).toBe(1)
  expect(existsSync(defaultStateDirectory())).toBe(false)
})

test('one that fails again is told, and its order outlives the run until `clean` has carried it out', async () => {
  const scope = await openScope()
  const [failing, working] = [orderUndo(scope, 'replica-0'), orderUndo(scope, 'replica-1')]
  writeFileSync(working.works, '')
  expect(await scope.close()).toEqual([expect.stringMatching(/^not put back: replica-0 is not as it was found; `seaworthy clean`/)])
  expect(readJournal(journalPath(scope.workDirectory)).open).toMatchObject([{ what: 'replica-0 is not as it was found' }])
  expect(await cleanAll()).toMatchObject({ cleaned: [{ left: ['replica-0 is not as it was found'] }], living: [] })
  writeFileSync(failing.works, '')
  expect(await cleanAll()).toMatchObject({ cleaned: [{ left: [] }], living: [] })
  expect([failing.attempts(), working.attempts()]).toEqual([3, 1]) // what is put back belongs to the user again
  expect(existsSync(defaultStateDirectory())).toBe(false)
})

test('what has been undone is not undone again', async () => {
  const scope = await openScope()
  const undo = orderUndo(scope, 'replica-0')
  scope.journal.done(1)
  expect(await scope.close()).toEqual([])
  expect(undo.attempts()).toBe(0)
})

/** Makes a segment and ends, as a killed PostgreSQL does; its maker stands in the record of a deployment. */
function leaveSegment(deployment: string): number {
  const { pid, stdout } = spawnSync('ipcmk', ['-M', '56'], { encoding: 'utf8' })
  const id = Number(/(\d+)\s*$/.exec(stdout)?.[1])
  segments.push(id)
  mkdirSync(deployment)
  writeFileSync(join(deployment, processRecordName), `${JSON.stringify({ pid, startTime: 'gone' })}\n`)
  return id
}
const segmentIsThere = (id: number): boolean => listSharedMemory().some((segment) => segment.id === id)

test.runIf(onLinux)('what a deployment left that this process could not end is removed by the reaper, and then the folder of the run', async () => {
  const scope = await openScope()
  const deployment = join(scope.workDirectory, 'd0')
  const id = leaveSegment(deployment)
  writeFileSync(join(deployment, notEndedName), '')
  expect(await scope.close()).toEqual([expect.stringMatching(/^not known to have ended: .*d0; the reaper/)])
  expect([segmentIsThere(id), existsSync(defaultStateDirectory())]).toEqual([false, false])
})

test.runIf(onLinux)('what neither can look at stays with all that tells whose it is, until `clean` can', async () => {
  const scope = await openScope()
  const journal = journalPath(scope.workDirectory)
  const id = leaveSegment(join(scope.workDirectory, 'd0'))
  renameSync(journal, `${journal}.aside`)
  mkdirSync(journal) // to read it fails, as without descriptors
  expect(await scope.close()).toEqual([expect.stringMatching(/EISDIR/), expect.stringMatching(/may be left; `seaworthy clean`/)])
  expect(existsSync(scope.workDirectory)).toBe(true)
  rmSync(journal, { recursive: true })
  renameSync(`${journal}.aside`, journal)
  expect(await cleanAll()).toMatchObject({ cleaned: [{ ended: [`shared memory segment ${id}`], left: [] }], living: [] })
  expect([segmentIsThere(id), existsSync(defaultStateDirectory())]).toEqual([false, false])
})
