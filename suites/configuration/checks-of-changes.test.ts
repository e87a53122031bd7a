import { describe, expect, test } from 'vitest'
import { changesTakeEffectEverywhere } from './changes-take-effect-everywhere.check.js'
import { freshInstancesNeedNobody } from './fresh-instances-need-nobody.check.js'
import { invalidIsRefusedWhole } from './invalid-is-refused-whole.check.js'
import { behaviour, changed, echoLost, judge, performed, plan, refused, said, archive, textOf, values, wholeHistory, withPlan, withRequests, withoutTraffic } from './literal-history.test-support.js'

const read = (value: unknown, boot = 'boot-1') => ({ outcome: 'read' as const, value, boot })
const every = [changesTakeEffectEverywhere, freshInstancesNeedNobody, invalidIsRefusedWhole]

describe('every check of changes', () => {
  test.each(every)('$id passes when everything is right', (check) => {
    expect(judge(check, wholeHistory())).toMatchObject({ outcome: 'passed' })
  })
  test.each(every)('$id is inconclusive when nothing happened, and when the archive could not be parsed', (check) => {
    expect(judge(check, []).outcome).toBe('inconclusive')
    expect(judge(check, withPlan({ unusable: 'the archive is no yaml' }))).toMatchObject({ outcome: 'inconclusive', summary: 'the archive is no yaml' })
    expect(judge(check, withPlan({ settings: [] })).outcome).toBe('inconclusive')
  })
})

describe('changes take effect everywhere', () => {
  const check = changesTakeEffectEverywhere
  const stale = values('A')
  const staleOn = (via: string, untilMs: number) => changed([{ probe: 'behaviour', label: 'B', target: via }], ...[5_100, untilMs].map((atMs) => behaviour('B', via, atMs, stale)))

  test('an instance that keeps the old values fails, once the time is over', () => {
    expect(judge(check, staleOn('r2', 10_100))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r2 did not show title') })
    expect(judge(check, staleOn('r2', 6_000))).toMatchObject({ outcome: 'inconclusive' })
    expect(judge(check, [...staleOn('r2', 10_100), echoLost(6_000)])).toMatchObject({ outcome: 'inconclusive' })
  })
  test('an instance that shows it too late, or only for a while, fails', () => {
    expect(judge(check, changed([{ probe: 'behaviour', label: 'B', target: 'r2' }], behaviour('B', 'r2', 5_100, stale), behaviour('B', 'r2', 11_000)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('only after') })
    expect(judge(check, [...wholeHistory(), behaviour('B', 'r2', 5_300, stale)])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('and then no more') })
  })
  test('one key of four that stays behind fails', () => {
    const one = values('B', { notice: read('monday') })
    expect(judge(check, changed([{ probe: 'behaviour', label: 'B', target: 'r1' }], behaviour('B', 'r1', 5_100, one), behaviour('B', 'r1', 10_000, one)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('notice') })
  })
  test('a valid change that is refused fails, unless the harness was disturbed', () => {
    const no = changed([{ probe: 'performed', label: 'B' }], refused('B', 5_000))
    expect(judge(check, no)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not accepted') })
    expect(judge(check, [...no, echoLost(5_005)]).outcome).toBe('inconclusive')
  })
  test('a change that was never made, not seen, or could be seen before it was made is no pass', () => {
    expect(judge(check, changed([{ probe: 'performed', label: 'B once more' }])).outcome).toBe('inconclusive')
    expect(judge(check, changed([{ probe: 'behaviour', label: 'B', target: 'r2' }])).outcome).toBe('inconclusive')
    expect(judge(check, [...wholeHistory(), behaviour('found', 'r1', 4_000, values('A'))])).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen without configuration A') })
  })
  test('what could not be read before a change was not seen to be without it', () => {
    const blind = changed([{ probe: 'behaviour', label: 'found' }], ...plan.instances.map((via) => behaviour('found', via, 50, values('found', { title: { outcome: 'timeout' } }))))
    expect(judge(check, blind)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not seen without configuration A') })
  })
  test('failed requests fail, none at all is no pass', () => {
    expect(judge(check, withRequests({ fromMs: 5_000, toMs: 5_010 }, () => ({ outcome: 'error-status', status: 500 })))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 of') })
    expect(judge(check, withoutTraffic())).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 requests') })
    expect(judge(check, [...withRequests({ fromMs: 5_000, toMs: 5_010 }, () => ({ outcome: 'timeout' })), echoLost(5_500)]).outcome).toBe('inconclusive')
    const hung = (endedAtMs: number) => withRequests({ fromMs: 5_000, toMs: 5_010 }, () => ({ outcome: 'timeout', endedAtMs }))
    expect(judge(check, [...hung(90_000), echoLost(89_000)]).outcome).toBe('inconclusive') // still under way long after the changes
    expect(judge(check, [...hung(80_000), echoLost(89_000)]).outcome).toBe('failed')
    expect(judge(check, changed([{ probe: 'changes-ended' }])).outcome).toBe('inconclusive')
  })
})

describe('fresh instances need nobody', () => {
  const check = freshInstancesNeedNobody
  const unready = said('fresh-ready', 'apart-fresh', 42_000, { label: 'fresh', ready: false, tookMs: 30_000 })
  test('one that does not become ready fails, unless the harness was disturbed', () => {
    const events = changed([{ probe: 'fresh-ready' }], unready)
    expect(judge(check, events)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not ready after 30 s') })
    expect(judge(check, [...events, echoLost(20_000)]).outcome).toBe('inconclusive')
  })
  test('one that is ready and behaves otherwise fails', () => {
    const wrong = changed([{ probe: 'behaviour', label: 'fresh' }], behaviour('fresh', 'apart-fresh', 14_100, values('fresh', { text: read('hello') })))
    expect(judge(check, wrong)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('text is "hello"') })
  })
  test('a setting that could not be read is not a wrong one', () => {
    const silent = changed([{ probe: 'behaviour', label: 'fresh' }], behaviour('fresh', 'apart-fresh', 14_100, values('fresh', { text: { outcome: 'timeout' } })))
    expect(judge(check, silent)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('could not be read') })
  })
  test('an instance is held to what it was given, whatever that was meant to be', () => {
    const given = changed([{ probe: 'fresh-given' }, { probe: 'behaviour', label: 'fresh' }], said('fresh-given', 'apart-fresh', 12_100, { label: 'fresh', text: textOf('A').replace('north', 'east') }), behaviour('fresh', 'apart-fresh', 14_100, values('fresh', { title: read('east') })))
    expect(judge(check, given).outcome).toBe('passed')
    expect(judge(check, [...given, behaviour('fresh', 'apart-fresh', 14_150)])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('title is "north"') })
  })
  test('values that an unconfigured instance shows as well prove nothing', () => {
    const asFound = changed([{ probe: 'behaviour', label: 'found' }], ...plan.instances.map((via) => behaviour('found', via, 50, values('A'))))
    expect(judge(check, asFound)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('0 settings') })
    expect(judge(check, changed([{ probe: 'behaviour', label: 'found' }])).outcome).toBe('inconclusive')
  })
  test('too few of them, or one that was not looked at, or was given nobody knows what, is no pass', () => {
    expect(judge(check, changed([{ probe: 'fresh-ready' }])).outcome).toBe('inconclusive')
    expect(judge(check, wholeHistory(), { sentinels: 2 })).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('needs 2') })
    expect(judge(check, changed([{ probe: 'behaviour', label: 'fresh' }])).outcome).toBe('inconclusive')
    expect(judge(check, changed([{ probe: 'fresh-given' }])).outcome).toBe('inconclusive')
  })
})

describe('invalid configuration is refused whole', () => {
  const check = invalidIsRefusedWhole
  test.each(['syntax', 'type', 'half'])('%s that is accepted fails', (label) => {
    expect(judge(check, changed([{ probe: 'performed', label }], performed('config.apply', label, 8_100)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('was accepted') })
  })
  test('a value that changes on one instance fails, also when it changes back', () => {
    const half = behaviour('half', 'r2', 10_500, values('half', { title: read('north') }))
    expect(judge(check, [...wholeHistory(), half])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r2 changed: title') })
    expect(judge(check, [...wholeHistory(), half, echoLost(10_500)]).outcome).toBe('failed') // what was read was read
  })
  test('an archive that changes fails', () => {
    expect(judge(check, changed([{ probe: 'archive', label: 'half' }], archive('half', 11_200, textOf('A'))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('the archive differs in') })
  })
  test('no answer, a late answer and a crash fail', () => {
    const silent = performed('config.apply', 'type', 9_200, { ok: false, status: undefined, error: 'found ECONNRESET' })
    expect(judge(check, changed([{ probe: 'performed', label: 'type' }], silent))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not answered') })
    expect(judge(check, changed([{ probe: 'performed', label: 'type' }], refused('type', 9_200, { tookMs: 11_000 })), {}).outcome).not.toBe('passed')
    expect(judge(check, [...wholeHistory(), behaviour('type', 'r2', 9_600, values('type', {}, 'boot-9'))])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r2 was restarted') })
  })
  test('a restart that fails or brings another configuration fails', () => {
    const dead = changed([{ probe: 'restarted' }], said('restarted', 'r1', 42_500, { ready: false, tookMs: 30_000 }))
    expect(judge(check, dead)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not ready') })
    expect(judge(check, [...dead, echoLost(20_000)]).outcome).toBe('inconclusive')
    const other = changed([{ probe: 'behaviour', label: 'restarted' }], behaviour('restarted', 'r1', 18_400, values('A', {}, 'boot-2')))
    expect(judge(check, other)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('another configuration') })
  })
  test('what was not tried, not watched, or not seen to work before is no pass', () => {
    for (const events of [
      changed([{ probe: 'performed', label: 'type' }]),
      changed([{ probe: 'archive', label: 'syntax' }]),
      changed([{ probe: 'behaviour', label: 'half', target: 'r2' }], behaviour('half', 'r2', 10_350)),
      changed([{ probe: 'performed', label: 'B once more' }]),
      changed([{ probe: 'behaviour', label: 'B once more', target: 'r2' }]),
      changed([{ probe: 'restarted' }]),
      changed([{ probe: 'behaviour', label: 'restarted' }]),
      changed([{ probe: 'behaviour', label: 'restarted' }], behaviour('restarted', 'r1', 13_600)),
      wholeHistory().filter((event) => event.kind !== 'intervention'),
      changed([{ probe: 'refusals-ended' }]),
      withoutTraffic(),
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
  test('instances that were watched for less than a valid change takes are no pass', () => {
    const slow = ['B', 'B once more'].flatMap((label) => [{ probe: 'behaviour', label, target: 'r2' }])
    const shown = (label: string, atMs: number) => behaviour(label, 'r2', atMs)
    expect(judge(check, changed(slow, shown('B', 5_200), shown('B once more', 7_900)))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('not watched for long enough') })
  })
  test('a restarted instance that was not watched for as long as a change may take is not charged', () => {
    const early = changed([{ probe: 'behaviour', label: 'restarted' }], behaviour('restarted', 'r1', 13_600, values('A', {}, 'boot-2')))
    expect(judge(check, early)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('after its restart') })
  })
  test('one failed request fails', () => {
    expect(judge(check, withRequests({ fromMs: 9_000, toMs: 9_010 }, () => ({ outcome: 'closed-in-flight' })))).toMatchObject({ outcome: 'failed' })
  })
})
