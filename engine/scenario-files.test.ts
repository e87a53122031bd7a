import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scenarioFiles } from './scenario-files.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a path is below the folder, which is there', () => {
  const files = scenarioFiles(join(folder, 'files'))
  writeFileSync(files.path('a'), 'content')
  expect(readFileSync(join(folder, 'files', 'a'), 'utf8')).toBe('content')
})

test('a file is written, and written again', async () => {
  const files = scenarioFiles(folder)
  expect(await files.write('a', 'first')).toBe(files.path('a'))
  expect(readFileSync(await files.write('a', 'second'), 'utf8')).toBe('second')
})

test('a file is described by its size and hash, what is not there by nothing', async () => {
  const files = scenarioFiles(folder)
  writeFileSync(files.path('a'), 'abc')
  expect(await files.describe(files.path('a'))).toEqual({ bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' })
  expect(await files.describe(files.path('b'))).toBeUndefined()
  expect(await files.describe(folder)).toBeUndefined()
})

test('a damaged copy differs by the damage alone, and the original stays', async () => {
  const files = scenarioFiles(folder)
  const original = files.path('a')
  writeFileSync(original, 'abcd')
  expect(readFileSync(await files.damagedCopy(original, 'cut', { kind: 'cut', toBytes: 3 }), 'utf8')).toBe('abc')
  expect(readFileSync(await files.damagedCopy(original, 'flipped', { kind: 'flip-bit', atByte: 1, bit: 0 }), 'utf8')).toBe('accd')
  expect(readFileSync(original, 'utf8')).toBe('abcd')
})

test('a copy of nothing cannot be made', async () => {
  await expect(scenarioFiles(folder).damagedCopy(join(folder, 'none'), 'x', { kind: 'cut', toBytes: 0 })).rejects.toThrow('damage-copy')
})
