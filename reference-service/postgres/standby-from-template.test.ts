import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fromTemplate, identifierOf, isFollowedBy } from './standby-from-template.js'

const identifier = 7_563_000_000_000_000_123n
const primary = { systemid: String(identifier), timeline: '1', xlogpos: '0/A02868' }

test('a template is followed by the primary that began as it, not long ago, and was never promoted', () => {
  expect(isFollowedBy(primary, identifier)).toBe(true)
  expect(isFollowedBy({ ...primary, timeline: 1 }, identifier)).toBe(true)
})

test.each([
  ['another cluster', { systemid: String(identifier + 1n) }],
  ['a primary that was promoted', { timeline: '2' }],
  ['one that has written much since', { xlogpos: '0/4000000' }],
  ['one that has written very much since', { xlogpos: '1/0' }],
])('not by %s', (_, changed) => {
  expect(isFollowedBy({ ...primary, ...changed }, identifier)).toBe(false)
})

test('nor by one that does not say who it is', () => expect(isFollowedBy(undefined, identifier)).toBe(false))

test('the identifier is the first field of pg_control; without a template the primary is not even asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-standby-'))
  try {
    mkdirSync(join(folder, 'global'))
    const control = Buffer.alloc(64)
    control.writeBigUInt64LE(identifier)
    writeFileSync(join(folder, 'global', 'pg_control'), control)
    expect(identifierOf(folder)).toBe(identifier)
    const nobody = { host: '127.0.0.1', port: 1 }
    expect(await fromTemplate({ template: join(folder, 'missing'), primary: nobody, directory: join(folder, 'x'), owner: {} })).toBe(false)
    await expect(fromTemplate({ template: folder, primary: nobody, directory: join(folder, 'x'), owner: {} })).rejects.toThrow('ECONNREFUSED')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
