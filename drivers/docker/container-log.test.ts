import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ContainerLog } from './container-log.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function frame(text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

/** What the engine tells at each look, the last one again and again. */
function container(...looks: readonly (readonly string[])[]): Docker.Container {
  let look = 0
  return { logs: async () => Buffer.concat((looks[Math.min(look++, looks.length - 1)] ?? []).map(frame)) } as unknown as Docker.Container
}

test('what is new is appended until a look finds nothing new', async () => {
  const log = new ContainerLog(join(folder, 'log'))
  await log.copy(container(['one\n'], ['one\n', 'twö\n'], ['one\n', 'twö\n']))
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\ntwö\n')
  await log.copy(container(['one\n', 'twö\n', 'three\n']))
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\ntwö\nthree\n')
})

test('who said nothing has an empty log', async () => {
  await new ContainerLog(join(folder, 'log')).copy(container([]))
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('')
})

test('a log that became shorter is refused: nobody knows what was lost', async () => {
  const log = new ContainerLog(join(folder, 'log'))
  await log.copy(container(['one\n', 'two\n']))
  await expect(log.copy(container(['two\n']))).rejects.toThrow(/4 bytes/)
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('one\ntwo\n')
})
