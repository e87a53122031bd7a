import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HistoryEvent } from '../core/history.js'
import { LogReader } from './log-reading.js'
import type { ScenarioWorld } from './scenario-world.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('each reading has the whole lines since the last one, and is recorded', async () => {
  const events: HistoryEvent[] = []
  const log = join(folder, 'r1.log')
  const world = { deployment: { logFiles: new Map([['r1', log]]) }, clock: () => 7, record: (event: HistoryEvent) => events.push(event) } as unknown as ScenarioWorld
  const reader = new LogReader(world)
  expect(await reader.read('log', 'r1')).toEqual({ lines: [], bytes: 0, complete: false })
  writeFileSync(log, 'one\ntwo\nthr')
  expect(await reader.read('log', 'r1')).toEqual({ lines: ['one', 'two'], bytes: 8, complete: true })
  appendFileSync(log, 'ee\n\n')
  expect((await reader.read('log', 'r1')).lines).toEqual(['three', ''])
  expect((await reader.read('log', 'r1')).lines).toEqual([])
  writeFileSync(log, 'new\n')
  expect(await reader.read('log', 'r1')).toEqual({ lines: ['new'], bytes: 4, complete: false })
  writeFileSync(log, `${'x'.repeat(100_000)}\n`)
  expect((await reader.read('log', 'r1')).lines[0]).toHaveLength(70_000)
  expect(events.at(1)).toEqual({ kind: 'observation', probe: 'log', target: 'r1', atMs: 7, value: { lines: ['one', 'two'], bytes: 8, complete: true } })
})

test('a line without end is taken in pieces, and what follows it is read', async () => {
  const log = join(folder, 'r1.log')
  const world = { deployment: { logFiles: new Map([['r1', log]]) }, clock: () => 7, record: () => {} } as unknown as ScenarioWorld
  const reader = new LogReader(world)
  writeFileSync(log, Buffer.alloc(40 * 1_048_576, 'x'))
  appendFileSync(log, '\nafter\n')
  const seen: string[] = []
  for (let reading = 0; reading < 4; reading++) seen.push(...(await reader.read('log', 'r1')).lines)
  expect(seen.at(-1)).toBe('after')
  expect(seen.every((line) => line.length <= 70_000)).toBe(true)
})

test('a target without a log has none', async () => {
  const world = { deployment: { logFiles: new Map() }, clock: () => 0, record: () => {} } as unknown as ScenarioWorld
  expect(await new LogReader(world).read('log', 'r9')).toEqual({ lines: [], bytes: 0, complete: false })
})
