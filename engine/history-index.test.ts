import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, type HistoryEvent, type Selection } from '../core/history.js'
import { requestsOf } from '../core/reading.js'
import { openHistory } from './history-file.js'
import { HistoryIndex } from './history-index.js'
import { eventIn, linesOf } from './history-lines.js'
import { Recorder } from './recorder.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const loads = ['background', 'null-control', 'with "quotes" and ü']
const request = (id: number): HistoryEvent => ({ kind: 'request', id, load: loads[id % 7 === 0 ? 1 : id % 501 === 0 ? 2 : 0]!, operation: 'read', method: 'GET', via: 'balancer', plannedAtMs: id, endedAtMs: id + 2, outcome: 'ok', detail: 'said "load":"null-control" — ü' })
const eventAt = (id: number): HistoryEvent => (id % 50 === 0 ? { kind: 'fact', name: `fact ${id}`, value: { kind: 'request', load: 'background' }, atMs: id } : request(id))

function recorded(name: string, count: number): string {
  const path = join(folder, `${name}.ndjson`)
  const recorder = new Recorder(path, { runId: 'r', scenario: 's/t', startedAt: 'now' })
  for (let id = 0; id < count; id += 1) recorder.record(eventAt(id))
  recorder.close(count)
  return path
}

/** The index as the first walk leaves it, and all events. */
function indexed(path: string): { readonly index: HistoryIndex; readonly events: readonly HistoryEvent[] } {
  const index = new HistoryIndex(path)
  const events: HistoryEvent[] = []
  for (const line of linesOf(path)) {
    if (line.number === 1 || line.text.includes('"kind":"end"') || line.text.includes('"kind": "end"')) continue
    const event = eventIn(line.text, path, line.number)
    index.add(event, line)
    events.push(event)
  }
  return { index, events }
}

const isSelected = ({ kind, load, fromMs = -Infinity, toMs = Infinity }: Selection) => (event: HistoryEvent): boolean =>
  event.kind === kind && (event.kind !== 'request' || ((load === undefined || event.load === load) && event.plannedAtMs >= fromMs && event.plannedAtMs <= toMs))

const selections: readonly Selection[] = [
  { kind: 'fact' },
  { kind: 'gate' },
  { kind: 'request' },
  ...loads.map((load) => ({ kind: 'request', load }) as const),
  { kind: 'request', load: 'unknown' },
  { kind: 'request', fromMs: 1_500, toMs: 1_600 },
  { kind: 'request', load: 'null-control', fromMs: 4_990 },
]

describe('an index of a history', () => {
  test('gives every event of a selection, in recorded order', () => {
    const { index, events } = indexed(recorded('selected', 5_000))
    for (const selection of selections) expect([...index.select(selection)].filter(isSelected(selection)), JSON.stringify(selection)).toEqual(events.filter(isSelected(selection)))
  })
  test('reads little more than what was asked for', () => {
    const { index, events } = indexed(recorded('little', 5_000))
    expect([...index.select({ kind: 'request', load: 'null-control' })]).toHaveLength(events.filter(isSelected({ kind: 'request', load: 'null-control' })).length)
    expect([...index.select({ kind: 'request', load: 'background', fromMs: 1_500, toMs: 1_600 })].length).toBeLessThan(1_001)
    expect([...index.select({ kind: 'request', load: 'unknown' })]).toEqual([])
  })
  test('of a file in another form of JSON misses nothing', () => {
    const path = recorded('spaced', 3_000)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"load":', '"load" : ').replaceAll('"kind":', '"kind": '))
    const { index, events } = indexed(path)
    for (const selection of selections) expect([...index.select(selection)].filter(isSelected(selection)), JSON.stringify(selection)).toEqual(events.filter(isSelected(selection)))
  })
  test('of a file that is cut or changed afterwards gives an error, and never fewer events', () => {
    const path = recorded('cut', 3_000)
    const { index } = indexed(path)
    const whole = readFileSync(path)
    truncateSync(path, 100_000)
    expect(() => [...index.select({ kind: 'request' })]).toThrow(/SW_HISTORY_CORRUPT|was cut while it was read/)
    writeFileSync(path, Buffer.concat([whole.subarray(0, 50_000), Buffer.from('#'), whole.subarray(50_001)]))
    expect(() => [...index.select({ kind: 'request' })]).toThrow(/cut.ndjson:\d+/)
  })
})

describe('a history of more events than are kept', () => {
  const cut = (name: string): string => {
    const path = recorded(name, 5_000)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.slice(0, text.lastIndexOf('{"kind":"end"')))
    return path
  }
  test('answers as one that is kept, with its end and with what is missing', () => {
    const path = cut('large')
    const [kept, indexed] = [openHistory(path), openHistory(path, { keepEventsMax: 1_000 })]
    for (const load of loads) expect(requestsOf(indexed, load, { fromMs: 1_234, toMs: 3_456 })).toEqual(requestsOf(kept, load, { fromMs: 1_234, toMs: 3_456 }))
    expect([...indexed.events()]).toEqual([...kept.events()])
    expect([indexed.endAtMs?.(), kept.endAtMs?.()]).toEqual([5_001, 5_001])
    expect([...eventsOf(indexed, 'incomplete')]).toMatchObject([{ kind: 'incomplete', cause: 'interrupted' }])
  })
})
