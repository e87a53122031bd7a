import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { loadOwnSuites } from './own-suites.js'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-suites-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
function module(text: string): string {
  const file = join(folder, `suite-${(files += 1)}.mjs`)
  writeFileSync(file, text)
  return file
}

describe('modules with suites of the user’s own', () => {
  test('the one of the documentation loads', async () => {
    const [suite] = await loadOwnSuites([fileURLToPath(new URL('../examples/own-suite/notes-suite.mjs', import.meta.url))], [])
    expect(suite).toMatchObject({ id: 'x-notes', requirements: [{ id: 'X-NOTES-01', weight: 1, absence: { rule: 'na-justified' } }] })
  })

  test.each([
    ['export default {', 'SW_SUITE_UNREADABLE', /while loading the suite .*suite-\d+\.mjs: /],
    ['throw new Error("no such luck")', 'SW_SUITE_UNREADABLE', /no such luck/],
    ['export const suite = 1', 'SW_SUITE_INVALID', /default export: /],
    ['export default []', undefined, undefined],
    ['export default { id: "x-a", title: "A", areas: [], requirements: [{}], scenarios: [{}], counterexamples: {} }', 'SW_SUITE_INVALID', /requirements\.0\.id: .*scenarios\.0\.exercise: expected a function/],
  ])('%s', async (text, code, message) => {
    const loaded = loadOwnSuites([module(text)], [])
    if (code === undefined) await expect(loaded).resolves.toEqual([])
    else await expect(loaded).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})
