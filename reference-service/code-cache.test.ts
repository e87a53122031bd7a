import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codeCacheOf } from './code-cache.js'

const compiled = join(import.meta.dirname, '..', 'dist', 'reference-service', 'code-cache.js')
const timeoutMs = 60_000

let folder: string
let program: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-cache-'))
  program = join(folder, 'program.cjs')
  writeFileSync(program, `const { basename } = require('node:path'); console.log(new Error('here').stack.split('\\n')[1].trim()); setTimeout(() => {}, Number(process.env.STAY)); module.exports = basename(__filename)`)
})
afterEach(() => rmSync(folder, { recursive: true }))

function start(stayMs: number, more: Readonly<Record<string, string>> = {}): string {
  const code = `import { runProgram } from ${JSON.stringify(pathToFileURL(compiled).href)}; runProgram(${JSON.stringify(program)}, 500)`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env: { STAY: String(stayMs), ...more }, encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.trim()
}
const place = (): string => `at Object.<anonymous> (${program}:1:${readFileSync(program, 'utf8').indexOf('new Error') + 1})`

test('what was compiled is left beside the program, and the next start takes it', () => {
  expect(start(1_500)).toBe(place())
  const kept = readFileSync(codeCacheOf(program))
  expect(kept.length).toBeGreaterThan(0)
  expect(start(1_500)).toBe(place())
  expect(readFileSync(codeCacheOf(program)), 'it was good').toEqual(kept)
  expect(readdirSync(folder), 'no draft is left').toHaveLength(2)
}, timeoutMs)

test('a start that is over soon leaves nothing', () => {
  expect(start(0)).toBe(place())
  expect(readdirSync(folder)).toEqual(['program.cjs'])
}, timeoutMs)

test('what V8 refuses is replaced', () => {
  writeFileSync(codeCacheOf(program), 'of another version of V8')
  expect(start(1_500)).toBe(place())
  expect(readFileSync(codeCacheOf(program), 'latin1')).not.toBe('of another version of V8')
}, timeoutMs)

test('the draft of a process that was killed is removed by a later one, and that of one that may be writing is not', () => {
  const [old, young] = [`${codeCacheOf(program)}.1`, `${codeCacheOf(program)}.2`]
  for (const draft of [old, young]) writeFileSync(draft, 'half')
  utimesSync(old, new Date(0), new Date(0))
  start(1_500)
  expect([existsSync(old), existsSync(young), existsSync(codeCacheOf(program))]).toEqual([false, true, true])
}, timeoutMs)

describe('a folder for what cannot be left beside the program', () => {
  const elsewhere = (): string => join(folder, 'shared', 'code')
  const there = (): string => join(elsewhere(), basename(codeCacheOf(program)))
  // As a container has its programs: a folder of that name cannot become a file, whoever runs this.
  const barBeside = (): void => {
    mkdirSync(codeCacheOf(program))
    writeFileSync(join(codeCacheOf(program), 'in the way'), '')
  }

  test('is made, gets it, and the next start takes it from there', () => {
    barBeside()
    expect(start(1_500, { CODE_CACHE: elsewhere() })).toBe(place())
    expect(readdirSync(elsewhere()), 'no draft is left').toEqual([basename(there())])
    const { ino } = statSync(there())
    expect(start(1_500, { CODE_CACHE: elsewhere() })).toBe(place())
    expect(statSync(there()).ino, 'it was good').toBe(ino)
  }, timeoutMs)

  test('stays empty where it can be left beside the program', () => {
    start(1_500, { CODE_CACHE: elsewhere() })
    expect([existsSync(codeCacheOf(program)), existsSync(elsewhere())]).toEqual([true, false])
  }, timeoutMs)

  test('gets a good one where V8 refuses both', () => {
    barBeside()
    mkdirSync(elsewhere(), { recursive: true })
    writeFileSync(there(), 'of another version of V8')
    expect(start(1_500, { CODE_CACHE: elsewhere() })).toBe(place())
    expect(readFileSync(there(), 'latin1')).not.toBe('of another version of V8')
  }, timeoutMs)
})

test('where nothing can be left the program runs all the same', () => {
  const long = join(folder, `${'p'.repeat(240)}.cjs`) // no room in a file name for more
  renameSync(program, long)
  program = long
  expect(start(1_500)).toBe(place())
  expect(existsSync(codeCacheOf(program))).toBe(false)
}, timeoutMs)
