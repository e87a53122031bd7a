import { spawnSync } from 'node:child_process'
import { closeSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendTo, openLog } from './open-log.js'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'seaworthy-log-')) })
afterEach(() => rmSync(folder, { recursive: true }))

function say(text: string): void {
  const log = openLog(join(folder, 'log'))
  writeSync(log, text)
  closeSync(log)
}
const said = (): string => readFileSync(join(folder, 'log'), 'utf8')

test('what is said is appended', () => {
  say('one ')
  say('two')
  expect(said()).toBe('one two')
})

test.each([
  ['a link to a file', (other: string, log: string) => symlinkSync(other, log)],
  ['another name of a file', (other: string, log: string) => linkSync(other, log)],
  ['a link to nothing', (_other: string, log: string) => symlinkSync(join(log, '..', 'nothing'), log)],
  ['a link to itself', (_other: string, log: string) => symlinkSync(log, log)],
  ['a pipe', (_other: string, log: string) => void spawnSync('mkfifo', [log])],
  ['a folder', (_other: string, log: string) => mkdirSync(join(log, 'below'), { recursive: true })],
])('%s in its place is not followed', (_what, put) => {
  const other = join(folder, 'other')
  writeFileSync(other, 'not ours')
  put(other, join(folder, 'log'))
  say('mine')
  expect(said()).toBe('mine')
  expect(lstatSync(join(folder, 'log')).isFile()).toBe(true)
  expect(readFileSync(other, 'utf8')).toBe('not ours')
})

test('a folder that is not there is told', () => expect(() => openLog(join(folder, 'none', 'log'))).toThrow(/ENOENT/))

test('what is appended by name goes into no link either', () => {
  const other = join(folder, 'other')
  writeFileSync(other, 'not ours')
  symlinkSync(other, join(folder, 'log'))
  appendTo(join(folder, 'log'), 'a')
  appendTo(join(folder, 'log'), 'b')
  expect([said(), readFileSync(other, 'utf8')]).toEqual(['ab', 'not ours'])
})

test('a device is written to and stays', () => {
  appendTo('/dev/null', 'a')
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
})
