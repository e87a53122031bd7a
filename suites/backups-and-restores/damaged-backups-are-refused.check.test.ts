import { describe, expect, test } from 'vitest'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { damagedBackupsAreRefused } from './damaged-backups-are-refused.check.js'
import { goodLabel, lastLook, variantNames, type DamagedCopy } from './damaged-copies.js'
import { liveHistory, observed, performed, thresholdsOf, without, withoutIntervention } from './live-history.test-support.js'
import { interventions } from './vocabulary.js'

const judge = (events: readonly HistoryEvent[]) => damagedBackupsAreRefused.evaluate(historyOf(events), thresholdsOf('BKUP-04'))
interface Offer {
  readonly label?: string
  readonly restored?: boolean
  readonly verified?: boolean
  readonly unchanged?: DamagedCopy['unchanged']
  readonly detail?: Readonly<Record<string, unknown>>
}
const offer = (variant: string, { label = variant, restored = false, verified = false, unchanged = 'not looked at', detail = {} }: Offer = {}): HistoryEvent[] => [
  ...performed({ name: interventions.verify, label, fromMs: 30_000, toMs: 30_050, ok: verified }),
  ...performed({ name: interventions.isolated, label: `damaged-${label}`, fromMs: 30_100, toMs: 30_150, ok: restored, witness: false, detail }),
  observed('damaged-copy', label, { variant, damage: { kind: 'flip-bit', atByte: 5, bit: 3 }, unchanged } satisfies DamagedCopy),
]
const last = (unchanged: boolean | null): HistoryEvent => observed('damaged-copy', lastLook, { variant: lastLook, damage: { kind: 'cut', toBytes: 9 }, unchanged })
const variants = variantNames(4)
const goodVerified = performed({ name: interventions.verify, label: goodLabel, fromMs: 29_000, toMs: 29_050 })
const offered = (special: Readonly<Record<string, Offer>> = {}): HistoryEvent[] => [...liveHistory(), ...goodVerified, ...variants.flatMap((variant) => offer(variant, special[variant])), last(true)]

describe('BKUP-04', () => {
  test('passes when all seven copies were refused and nothing changed', () => {
    expect(judge(offered())).toMatchObject({ outcome: 'passed', strength: { n: 7 } })
  })
  test('a copy that was restored is a failure', () => {
    expect(judge(offered({ 'cut-by-one-byte': { restored: true, unchanged: true } }))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('cut-by-one-byte') })
    expect(judge(offered({ 'flip-2': { restored: true, unchanged: false } })).outcome).toBe('failed')
  })
  test('a verification that refuses excuses no restore', () => {
    expect(judge(offered({ empty: { restored: true, verified: false, unchanged: false } })).outcome).toBe('failed')
  })
  test('a copy that verification takes for whole and the restore refuses was noticed, and the summary tells', () => {
    expect(judge(offered({ empty: { verified: true } }))).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('verification took empty for whole') })
    expect(judge(offered({ empty: { verified: true, restored: true, unchanged: false } })).outcome).toBe('failed')
    expect(judge(offered({ empty: { verified: true, detail: { status: undefined } } }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('no answer for empty') })
  })
  test('so is data that changed although everything was refused', () => {
    expect(judge([...without(offered(), (event) => event.kind === 'observation' && event.target === lastLook), last(false)]).outcome).toBe('failed')
  })
  test('a flipped bit without consequence does not count, and is replaced by another one', () => {
    const harmless = offered({ 'flip-1': { restored: true, unchanged: true } })
    expect(judge(harmless)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('6 harmful variants') })
    expect(judge([...harmless, ...offer('flip-1', { label: 'flip-1-again-1' })]).outcome).toBe('passed')
  })

  const nothing: readonly (readonly [string, readonly HistoryEvent[], string])[] = [
    ['nothing offered', liveHistory(), 'no damaged copy'],
    ['too few variants', [...liveHistory(), ...goodVerified, ...variants.slice(0, 3).flatMap((variant) => offer(variant)), last(true)], '3 harmful variants'],
    ['no answer', offered({ 'flip-1': { detail: { status: undefined } } }), 'no answer for flip-1'],
    ['a good backup that is refused too', [...withoutIntervention(offered(), interventions.verify, goodLabel), ...performed({ name: interventions.verify, label: goodLabel, fromMs: 29_000, toMs: 29_050, ok: false })], 'refused the good backup'],
    ['no good restore', withoutIntervention(offered(), interventions.isolated, 'live-1'), 'no good backup was restored'],
    ['data that could not be compared', [...without(offered(), (event) => event.kind === 'observation' && event.target === lastLook), last(null)], 'could not be compared'],
    ['no last look', without(offered(), (event) => event.kind === 'observation' && event.target === lastLook), 'could not be compared'],
    ['no restore offered', withoutIntervention(offered(), interventions.isolated, 'damaged-empty'), 'empty was not offered'],
  ]
  test.each(nothing)('%s is inconclusive', (_what, events, summary) => {
    expect(judge(events)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) })
  })
})
