import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ArtifactRefused, ArtifactWriter, rowsOf, verifyArtifact, type Row } from './artifact.js'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-backup-'))
  path = join(folder, 'backup')
})
afterEach(() => rmSync(folder, { recursive: true }))

const awkward = '{"value": "ends of lines: \u2028 \u2029 \r and 👩‍👩‍👧‍👦 ünï"}'
async function written(): Promise<Buffer> {
  const writer = await ArtifactWriter.create(path)
  await writer.rows('accounts', ['{"id": "a"}', '{"id": "b"}'])
  await writer.rows('records', [awkward])
  await writer.finish()
  return readFileSync(path)
}
async function rows(): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of rowsOf(path)) found.push(row)
  return found
}

test('what was written is read again, to the last byte', async () => {
  await written()
  await verifyArtifact(path)
  expect(await rows()).toEqual([
    { table: 'accounts', json: '{"id": "a"}' },
    { table: 'accounts', json: '{"id": "b"}' },
    { table: 'records', json: awkward },
  ])
})

test('nothing stands under the name before it is complete, and nothing is left of one that was abandoned', async () => {
  const writer = await ArtifactWriter.create(path)
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^backup\..*partial$/)])
  await writer.abandon()
  expect(readdirSync(folder)).toEqual([])
})

test('every cut and every flipped bit is refused', async () => {
  const whole = await written()
  for (let bytes = 0; bytes < whole.length; bytes++) {
    writeFileSync(path, whole.subarray(0, bytes))
    await expect(verifyArtifact(path), `cut to ${bytes}`).rejects.toThrow(ArtifactRefused)
  }
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole)
    flipped[at] = flipped[at]! ^ (1 << at % 8)
    writeFileSync(path, flipped)
    await expect(verifyArtifact(path), `flipped at ${at}`).rejects.toThrow(ArtifactRefused)
  }
})

test('what is not there, and another format, are refused', async () => {
  await expect(verifyArtifact(path)).rejects.toThrow(ArtifactRefused)
  writeFileSync(path, 'pg_dump\n'.repeat(30))
  await expect(verifyArtifact(path)).rejects.toThrow(ArtifactRefused)
})
