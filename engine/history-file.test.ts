import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HistoryEvent } from '../core/history.js'
import { openHistory } from './history-file.js'
import { Recorder } from './recorder.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const phase = (name: string, atMs: number): HistoryEvent => ({ kind: 'phase', name, atMs })
function recorded(name: string, events: readonly HistoryEvent[], close = true): string {
  const path = join(folder, `${name}.ndjson`)
  const recorder = new Recorder(path, { runId: 'r', scenario: 's/t', startedAt: 'now' })
  for (const event of events) recorder.record(event)
  if (close) recorder.close(99)
  return path
}
const read = (path: string): readonly HistoryEvent[] => [...openHistory(path).events()]

describe('a recorded history', () => {
  test('comes back as it was, any number of times', () => {
    const events = [phase('one', 1), phase('two — ü', 2)]
    const history = openHistory(recorded('whole', events))
    expect([...history.events()]).toEqual(events)
    expect([...history.events()]).toEqual(events)
  })
  test('longer than the buffer', () => {
    const events = Array.from({ length: 20_000 }, (_, index) => phase(`phase ${index}`, index))
    expect(read(recorded('long', events))).toHaveLength(20_000)
  })
  test('is on disk before it is closed', async () => {
    const path = recorded('open', [phase('one', 1)], false)
    await expect.poll(() => readFileSync(path, 'utf8')).toContain('"one"')
  })
  test('events after the end are dropped', () => {
    const path = join(folder, 'late.ndjson')
    const recorder = new Recorder(path, { runId: 'r', scenario: 's/t', startedAt: 'now' })
    recorder.close(1)
    recorder.record(phase('late', 2))
    expect(read(path)).toEqual([])
  })
})

describe('a history that was cut off', () => {
  const cut = (name: string, change: (text: string) => string): string => {
    const path = recorded(name, [phase('one', 1), phase('two', 2)])
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    return path
  }
  test('without its last line gets an incomplete event', () => {
    const events = read(cut('cut', (text) => text.split('\n').slice(0, 3).join('\n') + '\n'))
    expect(events.at(-1)).toMatchObject({ kind: 'incomplete', cause: 'interrupted' })
  })
  test('in the middle of a line likewise', () => {
    const events = read(cut('torn', (text) => text.slice(0, text.indexOf('two') + 1)))
    expect(events.map((event) => event.kind)).toEqual(['phase', 'incomplete'])
  })
})

describe('a history that was damaged is refused with file and line', () => {
  const damaged = (name: string, change: (lines: string[]) => void): string => {
    const path = recorded(name, [phase('one', 1), phase('two', 2)])
    const lines = readFileSync(path, 'utf8').split('\n')
    change(lines)
    writeFileSync(path, lines.join('\n'))
    return path
  }
  test.each<readonly [string, (lines: string[]) => void, number]>([
    ['no JSON', (lines) => (lines[2] = '{"kind":"phase"'), 3],
    ['unknown kind', (lines) => (lines[1] = '{"kind":"fase","atMs":1}'), 2],
    ['wrong type', (lines) => (lines[1] = '{"kind":"phase","name":"x","atMs":"soon"}'), 2],
    ['a line removed', (lines) => lines.splice(1, 1), 3],
    ['an outcome that is none', (lines) => (lines[1] = '{"kind":"request","id":1,"load":"l","operation":"o","method":"GET","via":"balancer","plannedAtMs":1,"endedAtMs":2,"outcome":"errorstatus"}'), 2],
    ['a gate that says yes in words', (lines) => (lines[1] = '{"kind":"gate","name":"baseline","passed":"false","startedAtMs":0,"atMs":1,"requests":1,"failed":0}'), 2],
    ['a phase of a fault that is none', (lines) => (lines[1] = '{"kind":"intervention","id":1,"name":"kill","target":"replica-0","phase":"seen","atMs":1}'), 2],
    ['a cause that is none', (lines) => (lines[1] = '{"kind":"incomplete","atMs":1,"reason":"r","cause":"nobody"}'), 2],
    ['no header', (lines) => lines.splice(0, 1), 1],
    ['another schema', (lines) => (lines[0] = '{"kind":"header","schema":"other/v1"}'), 1],
  ])('%s', (name, change, line) => {
    const path = damaged(`bad-${name.replaceAll(' ', '-')}`, change)
    expect(() => read(path)).toThrow(expect.objectContaining({ code: 'SW_HISTORY_CORRUPT', message: expect.stringContaining(`${path}:${line}`) as string }))
  })
  test('of another run or another scenario', () => {
    const path = damaged('other', () => {})
    expect(() => [...openHistory(path, { runId: 'q' }).events()]).toThrow(/found the history of run r, expected that of q/)
    expect(() => [...openHistory(path, { runId: 'r', scenario: 's/u' }).events()]).toThrow(/found the history of s\/t, expected that of s\/u/)
  })
  test('a folder, or a pipe that nobody writes to, gives an error at once', () => {
    expect(() => read(folder)).toThrow(expect.objectContaining({ code: 'SW_HISTORY_UNREADABLE' }))
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(() => read(pipe)).toThrow(expect.objectContaining({ code: 'SW_HISTORY_UNREADABLE' }))
  })
  test('an empty file', () => {
    const path = join(folder, 'empty.ndjson')
    writeFileSync(path, '')
    expect(() => read(path)).toThrow(/holds no complete line/)
  })
})
