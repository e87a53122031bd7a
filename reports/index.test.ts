import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeAtomically } from './atomic-write.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from './fixtures.js'
import { reporters } from './index.js'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seaworthy-reports-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('names are unique', () => {
  expect(reporters.map(({ name }) => name)).toEqual(['html', 'junit', 'json'])
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
    const [path = '', ...others] = await reporter.write(report, target)
    expect(others).toEqual([])
    expect(await readdir(target)).toEqual([path.slice(target.length + 1)])
    expect((await stat(path)).size).toBeGreaterThan(500)
  })
  test('is a pure function of the report', async () => {
    const [first = ''] = await reporter.write(exampleReport, join(directory, 'once'))
    const [second = ''] = await reporter.write(structuredClone(exampleReport), join(directory, 'twice'))
    expect(await readFile(second, 'utf8')).toBe(await readFile(first, 'utf8'))
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
