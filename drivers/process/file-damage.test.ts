import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FileDamage } from '../../core/driver.js'
import { applyDamage, bytesBefore, takeDamageBack, withTimeLeft, type BytesBefore } from './file-damage.js'

let folder: string
let file: string
const content = 'one\ntwo\nthree\n'
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-damage-'))
  file = join(folder, 'journal')
  writeFileSync(file, content)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function damaged(damage: FileDamage): BytesBefore {
  const before = bytesBefore(file, damage, 100)
  if (before === undefined) throw new Error('expected it to be kept')
  expect(applyDamage(file, damage)).toBeNull()
  expect(readFileSync(file, 'latin1')).not.toBe(content)
  return withTimeLeft(file, before)
}
const all: readonly FileDamage[] = [{ kind: 'truncate', toBytes: 5 }, { kind: 'truncate', toBytes: 0 }, { kind: 'overwrite', fromByte: 4, bytes: 1 }, { kind: 'overwrite', fromByte: 9, bytes: 1_000 }, { kind: 'append', bytes: 17 }]

test.each(all)('%j is taken back', (damage) => {
  const before = damaged(damage)
  expect(takeDamageBack(file, before)).toBe('taken-back')
  expect(readFileSync(file, 'latin1')).toBe(content)
  expect(Math.abs(statSync(file).mtimeMs - before.modifiedMs)).toBeLessThan(1)
  // A second time there is nothing left to take back.
  expect([takeDamageBack(file, before), readFileSync(file, 'latin1')]).toEqual(['repaired', content])
})
test.each(all)('%j stays where the service has changed it', (damage) => {
  const before = damaged(damage)
  if (damage.kind === 'overwrite') writeFileSync(file, content.replace('two', 'TWO').replace('three', 'THREE'))
  else if (damage.kind === 'append' || damage.toBytes === 0) appendFileSync(file, 'four\n')
  else truncateSync(file, 4) // the torn line is cut off
  const now = readFileSync(file, 'latin1')
  expect(takeDamageBack(file, before)).not.toBe('taken-back')
  expect(readFileSync(file, 'latin1')).toBe(now)
})
test.each(all)('%j stays in a file that took the place of the damaged one', (damage) => {
  const before = damaged(damage)
  copyFileSync(file, `${file}.new`)
  renameSync(`${file}.new`, file)
  utimesSync(file, new Date(), before.left.modifiedMs! / 1_000)
  expect(takeDamageBack(file, before)).toBe('changed')
})
test('a torn end that was cut off is repaired', () => {
  const before = damaged({ kind: 'truncate', toBytes: 6 })
  truncateSync(file, 4)
  expect(takeDamageBack(file, before)).toBe('repaired')
})
test('an end is not put back behind what was written since, though the size is that of the damage', () => {
  const before = damaged({ kind: 'truncate', toBytes: 6 })
  writeFileSync(file, 'one\nTW') // another text of the same size
  expect([takeDamageBack(file, before), readFileSync(file, 'latin1')]).toEqual(['changed', 'one\nTW'])
})
test('an end is not put back where somebody wrote the same again', () => {
  const before = damaged({ kind: 'truncate', toBytes: 6 })
  utimesSync(file, new Date(), before.left.modifiedMs! / 1_000 + 2)
  expect(takeDamageBack(file, before)).toBe('changed')
})
test('a byte that is inverse by chance in another record is not written over', () => {
  const before = damaged({ kind: 'overwrite', fromByte: 4, bytes: 1 })
  const other = Buffer.from(content.replace('one', 'ONE'))
  other[4] = readFileSync(file)[4]!
  writeFileSync(file, other)
  expect(takeDamageBack(file, before)).toBe('changed')
  expect(readFileSync(file).equals(other)).toBe(true)
})
test.each([0x00, 0x41, 0x7f, 0x80, 0xff])('whatever byte is overwritten is another afterwards: %i', (byte) => {
  writeFileSync(file, Buffer.alloc(100_001, byte))
  expect(applyDamage(file, { kind: 'overwrite', fromByte: 0, bytes: 100_001 })).toBeNull()
  expect(readFileSync(file).every((one) => one !== byte)).toBe(true)
})
test('a damage is taken back where nobody lived to tell when it was done', () => {
  const before = bytesBefore(file, { kind: 'truncate', toBytes: 6 }, 100)!
  applyDamage(file, { kind: 'truncate', toBytes: 6 })
  expect([takeDamageBack(file, before), readFileSync(file, 'latin1')]).toEqual(['taken-back', content])
})
test('what was written behind an overwritten byte stays', () => {
  const before = damaged({ kind: 'overwrite', fromByte: 4, bytes: 1 })
  appendFileSync(file, 'four\n')
  expect(takeDamageBack(file, before)).toBe('taken-back')
  expect(readFileSync(file, 'latin1')).toBe(`${content}four\n`)
})
test('more than may be kept is not kept', () => {
  expect(bytesBefore(file, { kind: 'truncate', toBytes: 0 }, content.length - 1)).toBeUndefined()
  expect(bytesBefore(file, { kind: 'overwrite', fromByte: 0, bytes: 1_000 }, content.length)).toBeDefined()
  expect(bytesBefore(file, { kind: 'append', bytes: 1_000 }, 0)).toMatchObject({ bytes: '' })
})
