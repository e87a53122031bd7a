import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunReport } from '../core/run-report.js'
import { writeAtomically } from './atomic-write.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from './fixtures.js'
import { reporters } from './index.js'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seaworthy-reports-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('names are unique', () => {
  expect(reporters.map(({ name }) => name)).toEqual(['html', 'junit', 'json', 'sarif', 'markdown', 'badge', 'allure'])
})

describe.each(reporters)('$name', (reporter) => {
  test.each([
    ['the example', exampleReport],
    ['a green run', greenReport],
    ['a run without requirements', emptyReport],
    ['a crashed run', crashedReport],
    ['hostile text', hostileReport],
  ])('writes %s and names the file', async (name, report) => {
    const target = join(directory, reporter.name, name)
    const paths = await reporter.write(report, target)
    expect((await readdir(target)).toSorted()).toEqual(paths.map((path) => path.slice(target.length + 1)).toSorted())
    for (const path of paths) expect((await stat(path)).size).toBeGreaterThan(50)
  })
  test('is a pure function of the report', async () => {
    const contentsOf = async (report: RunReport, name: string): Promise<readonly string[]> => {
      const folder = join(directory, `${reporter.name}-${name}`)
      await reporter.write(report, folder)
      const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).toSorted()
      return Promise.all(names.map((path) => readFile(path, 'utf8')))
    }
    expect(await contentsOf(structuredClone(exampleReport), 'twice')).toEqual(await contentsOf(exampleReport, 'once'))
  })
})

test('a write that fails leaves neither a half file nor a temporary one', async () => {
  const target = join(directory, 'occupied')
  await writeAtomically(join(target, 'index.html', 'in-the-way'), 'x')
  await expect(writeAtomically(join(target, 'index.html'), 'text')).rejects.toThrow()
  expect(await readdir(target)).toEqual(['index.html'])
})

test('a directory that is a file is named', async () => {
  const path = join(directory, 'a-file')
  await writeFile(path, '')
  await expect(writeAtomically(join(path, 'run.json'), 'text')).rejects.toThrow(path)
})
