import { describe, expect, test } from 'vitest'
import { fact, intervention, request, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { damageLoads } from './damage-data.js'
import { damageIsRepairedOrRefused as check } from './damage-is-repaired-or-refused.check.js'
import { damageRequirement } from './damaged-data.requirements.js'

const thresholds = thresholdValues(damageRequirement, 'quick')
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) => check.evaluate(historyOf([fact('startTimeoutMs', 2_000), ...events.flat()]), thresholds)

const keysOf = (prefix: string): string[] => Array.from({ length: 10 }, (_, index) => `${prefix}${index}`)
const first = keysOf('a')
const both = [...first, ...keysOf('b')]
const written = (keys: readonly string[], atMs: number): HistoryEvent[] => keys.map((key) => request(atMs, { load: damageLoads.writes, method: 'PUT', via: 'balancer', key, value: key }))
const damaged = (label: string, atMs: number, more: object = {}): HistoryEvent[] => [
  ...intervention({ name: 'hold', target: 'notes', label, issuedAtMs: atMs, acknowledgedAtMs: atMs + 10, witnessedAtMs: atMs + 20 }),
  ...intervention({ name: 'damage-file', target: 'notes', label, issuedAtMs: atMs + 30, acknowledgedAtMs: atMs + 40, witnessedAtMs: atMs + 41, ...more }),
  { kind: 'observation', probe: 'release', target: 'notes', atMs: atMs + 50, value: { label } },
]
const read = (label: string, keys: readonly string[], atMs: number, more: (key: string) => Partial<RequestEvent> = () => ({})): HistoryEvent[] =>
  keys.map((key) => request(atMs, { load: damageLoads.reads(label), via: 'balancer', key, ...more(key) }))
const absent = { outcome: 'error-status', status: 404 } as const
const refused = { outcome: 'polite-refusal', status: 503 } as const
const altered = { outcome: 'wrong-content', status: 200 } as const

const writeOne = written(first, 1_000)
const cut = damaged('cut-1', 2_000)
const afterCut = read('cut-1', first, 3_000, (key) => (key === 'a9' ? absent : {}))
const writeTwo = written(keysOf('b'), 4_000)
const flip = damaged('flip-1', 5_000)
const afterFlip = read('flip-1', both, 8_000, () => refused)
const sound = [writeOne, cut, afterCut, writeTwo, flip, afterFlip]
const but = (part: unknown, ...more: (HistoryEvent | readonly HistoryEvent[])[]) => judge(...sound.map((one) => (one === part ? more.flat() : one)))

describe('damage is repaired or refused', () => {
  test('passes when the torn record alone is missing and other damage keeps it from serving', () => {
    expect(judge(...sound)).toMatchObject({
      outcome: 'passed',
      strength: { n: 29 },
      summary: 'after 1 cut it served again with 1 of the values missing, after 1 overwritten byte nothing was served; none of 29 values was served altered',
    })
  })

  test('passes when what is damaged is set aside and the rest is served', () => {
    expect(but(afterFlip, read('flip-1', both, 8_000, (key) => (key === 'a3' ? absent : {}))).summary).toContain('1 of 19 values were refused or missing')
  })

  test('says why a file could not be damaged', () => {
    const refused = cut.flatMap((event): HistoryEvent[] => (event.kind !== 'intervention' || event.name !== 'damage-file' || event.phase === 'issued' ? [event] : event.phase === 'acknowledged' ? [{ ...event, phase: 'failed', error: 'no such file' }] : []))
    expect(but(cut, refused)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('cut-1 was not seen in the file: no such file') })
  })

  test('fails when an altered value is served, in either arm, once or for good', () => {
    expect(but(afterCut, read('cut-1', first, 3_000, (key) => (key === 'a9' ? altered : {}))).summary).toContain('1 answer after cut-1 carried an altered value (allowed 0)')
    expect(but(afterFlip, read('flip-1', both, 6_000, (key) => (key === 'a3' ? altered : {})), afterFlip).outcome).toBe('failed')
  })

  test('fails when a cut takes more than the last value, or keeps it from serving', () => {
    expect(but(afterCut, read('cut-1', first, 3_000, (key) => (key > 'a7' ? absent : {}))).summary).toContain('2 of 10 acknowledged values were missing after cut-1')
    expect(but(afterCut, read('cut-1', first, 7_000, () => refused)).summary).toContain('notes served nothing for 5 s after cut-1 (allowed 4 s)')
    expect(but(afterCut, read('cut-1', first, 3_000, () => refused)).outcome).toBe('inconclusive')
    expect(judge(...sound.map((one) => (one === afterCut ? read('cut-1', first, 7_000, () => refused) : one)), stall(6_000, 1_500)).outcome).toBe('inconclusive')
  })

  test('is inconclusive when nothing was damaged, or nothing shows it', () => {
    expect(judge(writeOne).summary).toBe('no file was damaged')
    expect(but(cut, damaged('cut-1', 2_000, { witnessedAtMs: undefined })).summary).toContain('cut-1 was not seen in the file')
    expect(but(cut, damaged('cut-1', 2_000).filter((event) => !(event.kind === 'intervention' && event.name === 'hold' && event.phase === 'witnessed'))).summary).toContain('notes was not seen to die before cut-1')
    expect(but(cut, damaged('cut-1', 2_000).slice(0, -1)).summary).toContain('was not let go')
  })

  test('is inconclusive when an overwritten byte changed nothing', () => {
    expect(but(afterFlip, read('flip-1', both, 8_000, (key) => (key === 'a9' ? absent : {}))).summary).toContain('flip-1 changed nothing that could be seen')
  })

  test('is inconclusive when too little was written, read or damaged, or refusal was not watched', () => {
    expect(but(writeOne, written(first.slice(0, 5), 1_000)).summary).toContain('only 5 values of 10 were there before cut-1')
    expect(but(afterFlip, read('flip-1', both, 8_000, () => refused).slice(0, 4)).summary).toContain('not every value was read after flip-1')
    expect(but(flip).summary).toContain('only 0 of 1 overwritten byte took place')
    expect(but(afterFlip, read('flip-1', both, 6_000, () => refused)).summary).toContain('watched for only')
    expect(but(afterCut, read('cut-1', first, 3_000, (key) => (key === 'a9' ? refused : {}))).summary).toContain('1 value could not be read after cut-1')
  })
})
