import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TarExtractor } from './tar-extractor.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tar-extractor-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function entry(name: string, type: string, content = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(content.length.toString(8).padStart(11, '0'), 124)
  header.write(type, 156)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

const large = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 251))
const archive = Buffer.concat([
  entry('base', '5'),
  entry('base/1', '0', large),
  entry('empty', '0'),
  entry('backup_label', '0', Buffer.from('START WAL LOCATION')),
  Buffer.alloc(1_024),
])

test.each([1, 511, 512, 513, 4_096, archive.length])('unpacks an archive that arrives in pieces of %i bytes', (size) => {
  const extractor = new TarExtractor(directory, {})
  const shared = Buffer.alloc(size) // as a socket does, the sender uses one buffer for every piece
  for (let at = 0; at < archive.length; at += size) {
    const length = archive.copy(shared, 0, at, at + size)
    extractor.write(shared.subarray(0, length))
  }
  extractor.end()
  expect(readFileSync(join(directory, 'base/1')).equals(large)).toBe(true)
  expect(readFileSync(join(directory, 'backup_label'), 'utf8')).toBe('START WAL LOCATION')
  expect(statSync(join(directory, 'empty')).size).toBe(0)
})

test('refuses an archive that stops in the middle of a file', () => {
  const extractor = new TarExtractor(directory, {})
  extractor.write(archive.subarray(0, 2_000))
  expect(() => extractor.end()).toThrow('middle of an entry')
})

test.each(['../outside', '/absolute'])('refuses the path %s', (name) => {
  expect(() => new TarExtractor(directory, {}).write(entry(name, '0'))).toThrow('contains the path')
})

test('refuses links, which it cannot unpack', () => {
  expect(() => new TarExtractor(directory, {}).write(entry('pg_wal', '2'))).toThrow('type "2"')
})
