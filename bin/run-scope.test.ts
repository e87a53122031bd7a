import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readJournal } from '../engine/journal.js'
import { cleanAll } from '../engine/leftovers.js'
import { defaultStateDirectory, journalPath, newRunId } from '../engine/run-registry.js'
import { openRunScope, type RunScope } from './run-scope.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-scope-'))
  vi.stubEnv('TMPDIR', folder) // a state folder of its own
})
afterEach(async () => {
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
