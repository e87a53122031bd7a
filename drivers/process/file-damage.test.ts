import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FileDamage } from '../../core/driver.js'
import { applyDamage, bytesBefore, takeDamageBack, type BytesBefore } from './file-damage.js'

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
  return before
}
const all: readonly FileDamage[] = [{ kind: 'truncate', toBytes: 5 }, { kind: 'truncate', toBytes: 0 }, { kind: 'overwrite', fromByte: 4, bytes: 1 }, { kind: 'overwrite', fromByte: 9, bytes: 1_000 }, { kind: 'append', bytes: 17 }]

test.each(all)('%j is taken back', (damage) => {
  const before = damaged(damage)
  expect(takeDamageBack(file, before)).toBe(true)
  expect(readFileSync(file, 'latin1')).toBe(content)
  // A second time there is nothing left to take back.
  expect([takeDamageBack(file, before), readFileSync(file, 'latin1')]).toEqual([false, content])
})
test.each(all)('%j stays where the service has changed it', (damage) => {
  const before = damaged(damage)
  if (damage.kind === 'overwrite') writeFileSync(file, content.replace('two', 'TWO').replace('three', 'THREE'))
  else if (damage.kind === 'append' || damage.toBytes === 0) appendFileSync(file, 'four\n')
  else truncateSync(file, 4) // the torn line is cut off
  const now = readFileSync(file, 'latin1')
  expect(takeDamageBack(file, before)).toBe(false)
  expect(readFileSync(file, 'latin1')).toBe(now)
})
test('what was written behind an overwritten byte stays', () => {
  const before = damaged({ kind: 'overwrite', fromByte: 4, bytes: 1 })
  appendFileSync(file, 'four\n')
  expect(takeDamageBack(file, before)).toBe(true)
  expect(readFileSync(file, 'latin1')).toBe(`${content}four\n`)
})
test('more than may be kept is not kept', () => {
  expect(bytesBefore(file, { kind: 'truncate', toBytes: 0 }, content.length - 1)).toBeUndefined()
  expect(bytesBefore(file, { kind: 'overwrite', fromByte: 0, bytes: 1_000 }, content.length)).toBeDefined()
  expect(bytesBefore(file, { kind: 'append', bytes: 1_000 }, 0)).toMatchObject({ bytes: '' })
})
