import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeFolder, makeReportDirectory, makeRunDirectory, releaseRunDirectory, writeRunInput, type RunInput } from './run-directory.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const withCode = (code: string): Error => expect.objectContaining({ code, exitCode: 64 }) as Error
function earlierRun(name: string): string {
  const directory = join(folder, name)
  mkdirSync(join(directory, 'scenarios'), { recursive: true })
  writeFileSync(join(directory, 'run-input.json'), '{"schema":"seaworthy-run-input/v1"}')
  writeFileSync(join(directory, 'run.json'), '{"schema":"seaworthy-run/v1"}')
  return directory
}

describe('a run', () => {
  test('replaces an earlier run and keeps what is not of it', () => {
    const directory = earlierRun('run')
    writeFileSync(join(directory, 'notes.txt'), 'mine')
    makeRunDirectory('r', directory)
    expect(readdirSync(directory).sort()).toEqual(['.owner.json', 'notes.txt'])
  })
  test.each(['run.json', 'run-input.json', 'index.html', 'junit.xml', '.owner.json'])('refuses a %s of somebody else', (name) => {
    writeFileSync(join(folder, name), '{"schema":"other"}')
    expect(() => makeRunDirectory('r', folder)).toThrow(withCode('SW_OUTPUT_NOT_EMPTY'))
    expect(readFileSync(join(folder, name), 'utf8')).toBe('{"schema":"other"}')
    expect(readdirSync(folder)).toEqual([name])
  })
  test('has its folder for itself until it ends', () => {
    const directory = makeRunDirectory('r', join(folder, 'run'))
    expect(() => makeRunDirectory('s', directory)).toThrow(withCode('SW_OUTPUT_IN_USE'))
    expect(() => makeReportDirectory(folder, directory)).toThrow(withCode('SW_OUTPUT_IN_USE'))
    releaseRunDirectory(directory)
    makeRunDirectory('s', directory)
  })
  test('takes over from one that is dead', () => {
    writeFileSync(join(folder, '.owner.json'), JSON.stringify({ pid: process.pid, startTime: 'long ago' }))
    makeRunDirectory('r', folder)
    expect(readFileSync(join(folder, '.owner.json'), 'utf8')).not.toContain('long ago')
  })
})

describe('reports of a saved run', () => {
  test('in the folder of the run: nothing is removed', () => {
    const run = earlierRun('run')
    expect(makeReportDirectory(run, run)).toBe(run)
    expect(readdirSync(run).sort()).toEqual(['run-input.json', 'run.json', 'scenarios'])
  })
  test('never over another run, nor over a page of somebody else', () => {
    const other = earlierRun('other')
    expect(() => makeReportDirectory(earlierRun('run'), other)).toThrow(withCode('SW_OUTPUT_NOT_EMPTY'))
    const site = makeFolder(join(folder, 'site'))
    writeFileSync(join(site, 'index.html'), '<h1>mine</h1>')
    expect(() => makeReportDirectory(join(folder, 'run'), site)).toThrow(withCode('SW_OUTPUT_NOT_EMPTY'))
    expect(existsSync(join(other, 'scenarios'))).toBe(true)
  })
})

test.runIf(process.platform === 'linux').each(['/proc/self/none/run', '/sys/none/run'])('%s is refused at once', (path) => {
  expect(() => makeFolder(path)).toThrow(withCode('SW_OUTPUT_UNWRITABLE'))
})

test('what a run can be judged by is replaced as a whole', () => {
  const output = join(folder, 'whole')
  const directory = makeRunDirectory('r', output)
  writeRunInput(directory, { runId: 'first' } as unknown as RunInput)
  writeRunInput(directory, { runId: 'second' } as unknown as RunInput)
  expect(JSON.parse(readFileSync(join(directory, 'run-input.json'), 'utf8'))).toEqual({ runId: 'second' })
  expect(readdirSync(directory).filter((name) => name.includes('input'))).toEqual(['run-input.json'])
  rmSync(join(directory, 'run-input.json'))
  mkdirSync(join(directory, 'run-input.json', 'in the way'), { recursive: true })
  expect(() => writeRunInput(directory, { runId: 'third' } as unknown as RunInput)).toThrow(/while writing .*run-input\.json/)
  expect(readdirSync(directory).filter((name) => name.includes('input'))).toEqual(['run-input.json'])
  releaseRunDirectory(directory)
})
