import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalEntry } from '../core/driver.js'
import { openJournal, readJournal } from './journal.js'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-journal-'))
  file = join(folder, 'journal.ndjson')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const group: JournalEntry = { kind: 'process-group', pid: 4_711, startTime: 'boot-12', what: 'machine' }
const directory: JournalEntry = { kind: 'directory', path: '/tmp/x' }
const undo: JournalEntry = { kind: 'undo', fault: 'freeze', target: 'replica-0' }

test('what is recorded and not done is open, and is in the file when record returns', () => {
  const journal = openJournal(file)
  const ids = [group, directory, undo].map((entry) => journal.record(entry))
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(4)
  journal.done(ids[1]!)
  expect(readJournal(file)).toEqual({ open: [{ ...group, id: ids[0] }, { ...undo, id: ids[2] }], damagedLines: 0 })
  journal.close()
})

test('a line that is torn at any place costs nothing but itself', () => {
  const journal = openJournal(file)
  journal.record(group)
  journal.record(undo)
  journal.close()
  const whole = readFileSync(file, 'utf8')
  const firstLine = whole.indexOf('\n') + 1
  for (let length = firstLine + 1; length < whole.length - 1; length += 1) {
    writeFileSync(file, whole.slice(0, length))
    expect(readJournal(file)).toEqual({ open: [{ ...group, id: 1 }], damagedLines: 1 })
  }
})

test('an entry that is not whole is never acted on', () => {
  for (const entry of [{ kind: 'process-group', pid: 4_711 }, { kind: 'process-group', pid: 1, startTime: 'x' }, { kind: 'process-group', pid: '7', startTime: 'x' }, { kind: 'directory' }, null, { kind: 'other' }]) {
    appendFileSync(file, `${JSON.stringify({ id: 1, entry })}\n`)
  }
  expect(readJournal(file)).toEqual({ open: [], damagedLines: 6 })
})

test('a journal that is missing is empty, and one that exists is not opened again', () => {
  expect(readJournal(file)).toEqual({ open: [], damagedLines: 0 })
  openJournal(file).close()
  expect(() => openJournal(file)).toThrow('EEXIST')
})
