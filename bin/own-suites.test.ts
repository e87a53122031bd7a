import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { suites as ours } from '../suites/index.js'
import { suitesHere, suitesOfRun } from './own-suites.js'

const example = fileURLToPath(new URL('../examples/own-suite', import.meta.url))
const module = join(example, 'notes-suite.mjs')
const run = mkdtempSync(join(tmpdir(), 'seaworthy-run-'))
afterAll(() => rmSync(run, { recursive: true }))

describe('which suites belong to it', () => {
  test('those of the descriptor stand beside ours', async () => {
    const suites = await suitesHere(join(example, 'private.yaml'))
    expect(suites.map(({ id }) => id)).toEqual([...ours.map(({ id }) => id), 'x-notes'])
  })
  test('a saved run is judged by the modules it was made with', async () => {
    expect((await suitesOfRun({ ownSuites: [module] }, run)).at(-1)?.id).toBe('x-notes')
    expect(await suitesOfRun({}, run)).toEqual(ours)
  })
  test('a module that came with the saved run is not run', async () => {
    const inside = join(run, 'notes-suite.mjs')
    copyFileSync(module, inside)
    await expect(suitesOfRun({ ownSuites: [inside] }, run)).rejects.toMatchObject({ code: 'SW_RUN_UNREADABLE', message: expect.stringContaining('modules of a saved run are not loaded') as string })
  })
  test('a module that is gone is told', async () => {
    await expect(suitesOfRun({ ownSuites: ['/nowhere/suite.mjs'] }, run)).rejects.toMatchObject({ code: 'SW_RUN_UNREADABLE' })
  })
})
