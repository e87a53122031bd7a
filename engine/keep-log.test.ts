import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepLog } from './keep-log.js'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-log-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const from = (): string => join(folder, 'unit.log')
const to = (): string => join(folder, 'kept.log')
const secrets = [{ name: 'PASSWORD', value: 'gehäuse-7788' }]

test('byte by byte as it is', async () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x41, 0x0a, 0xc3, 0x28, 0x1b])
  writeFileSync(from(), bytes)
  expect(await keepLog(from(), to(), { secrets })).toBe(true)
  expect(readFileSync(to()).equals(bytes)).toBe(true)
})
test('without a secret, wherever the reading was cut', async () => {
  const line = `${'x'.repeat(1_000)} gehäuse-7788 ${'y'.repeat(37)}\n`
  writeFileSync(from(), line.repeat(1_200))
  await keepLog(from(), to(), { secrets })
  const kept = readFileSync(to(), 'utf8')
  expect(kept).toBe(line.replace('gehäuse-7788', '[redacted: PASSWORD]').repeat(1_200))
})
test('the beginning and the end of what is too long', async () => {
  writeFileSync(from(), `begin${'-'.repeat(100_000)}end`)
  await keepLog(from(), to(), { secrets, bytesMax: 1_000 })
  expect(readFileSync(to(), 'utf8')).toMatch(/^begin-{495}\n\[99008 bytes are left out here\]\n-{497}end$/)
})
test('neither a link nor a pipe is read', async () => {
  writeFileSync(join(folder, 'other'), 'of somebody else')
  symlinkSync(join(folder, 'other'), from())
  await keepLog(from(), to(), { secrets })
  expect(readFileSync(to(), 'utf8')).toMatch(/^\[not kept/)
  rmSync(from())
  execFileSync('mkfifo', [from()])
  expect(await keepLog(from(), to(), { secrets })).toBe(true)
  expect(readFileSync(to(), 'utf8')).toMatch(/^\[not kept/)
})
test('no file', async () => {
  expect(await keepLog(from(), to(), { secrets })).toBe(false)
})
