import { describe, expect, test } from 'vitest'
import { platform } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent } from '../../core/history.js'
import { archiveIsInForce } from './archive-is-in-force.check.js'
import { archivesAreRestored } from './archives-are-restored.check.js'
import { archivesAreText } from './archives-are-text.check.js'
import { archivesCanBeCompared } from './archives-can-be-compared.check.js'
import { archivingIsHarmless } from './archiving-is-harmless.check.js'
import { archive, behaviour, changed, echoLost, judge, performed, plan, refused, said, stall, textOf, values, wholeHistory, withPlan, withRequests, withoutTraffic } from './literal-history.test-support.js'

const every = [archivesAreRestored, archivesCanBeCompared, archivingIsHarmless, archiveIsInForce, archivesAreText]
const read = (value: unknown) => ({ outcome: 'read' as const, value })

describe('every check of archives', () => {
  test.each(every)('$id passes when everything is right', (check) => {
    expect(judge(check, wholeHistory())).toMatchObject({ outcome: 'passed' })
  })
  test.each(every)('$id is inconclusive when nothing happened', (check) => {
    expect(judge(check, []).outcome).toBe('inconclusive')
    expect(judge(check, changed([{ probe: 'archive' }])).outcome).toBe('inconclusive')
  })
})

describe('archives are restored', () => {
  const check = archivesAreRestored
  const nestedLost = textOf('A').replace('closed', 'open')
  test('a nested key that stays as it was changed fails, in place and on a fresh instance', () => {
    expect(judge(check, changed([{ probe: 'archive', label: 'restored' }], archive('restored', 5_800, nestedLost)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('in place /banner/text') })
    expect(judge(check, changed([{ probe: 'archive', label: 'fresh' }], archive('fresh', 14_200, nestedLost)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('fresh instance') })
  })
  test('behaviour that does not follow the archive fails', () => {
    const stale = values('restored', { text: read('open') })
    expect(judge(check, changed([{ probe: 'behaviour', label: 'restored', target: 'r2' }], behaviour('restored', 'r2', 5_700, stale)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r2 does not behave as archived: text') })
    expect(judge(check, changed([{ probe: 'behaviour', label: 'fresh' }], behaviour('fresh', 'apart-fresh', 14_100, stale)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('does not behave') })
  })
  test('a restore that is refused fails, unless the harness was disturbed', () => {
    const no = changed([{ probe: 'performed', name: 'config.restore' }], performed('config.restore', 'restored', 5_500, { ok: false, status: 500, error: 'found 500' }))
    expect(judge(check, no)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not accepted') })
    expect(judge(check, [...no, echoLost(5_600)]).outcome).toBe('inconclusive')
  })
  test('what differs between two archives at once is noise', () => {
    const noisy = (label: string, mark: string) => archive(label, 5_800, `at: ${mark}\n${textOf(label === 'A once more' ? 'A' : label)}`)
    const events = changed(['A', 'A once more', 'restored', 'B'].map((label) => ({ probe: 'archive', label })), noisy('A', '1'), noisy('A once more', '2'), noisy('restored', '3'), noisy('B', '4'))
    expect(judge(check, events).outcome).toBe('passed')
    expect(judge(check, changed(['A once more'].map((label) => ({ probe: 'archive', label })), archive('A once more', 4_500, textOf('A').replace('north', 'x')))).outcome).not.toBe('failed')
  })
  test('changes that were no test are no pass', () => {
    for (const events of [
      withPlan({ settings: plan.settings.slice(0, 3) }),
      withPlan({ settings: plan.settings.map((one) => ({ ...one, deletable: false })) }),
      withPlan({ settings: [...plan.settings.filter((one) => one.name !== 'language'), { name: 'seconds', path: '/banner/seconds', values: [11, 12], deletable: false }] }),
      changed([{ probe: 'archive', label: 'B' }], archive('B', 5_300, textOf('A'))),
      changed([{ probe: 'archive', label: 'A' }], archive('A', 4_400, textOf('found'))),
      changed([{ probe: 'behaviour', label: 'B', target: 'r2' }]),
      changed([{ probe: 'performed', name: 'config.restore' }]),
      changed([{ probe: 'archive', label: 'restored' }]),
      changed([{ probe: 'fresh-ready' }]),
      changed([{ probe: 'fresh-ready' }], said('fresh-ready', 'apart-fresh', 42_000, { label: 'fresh', ready: false, tookMs: 30_000 })),
      changed([{ probe: 'behaviour', label: 'fresh' }]),
      changed([{ probe: 'archive', label: 'fresh' }]),
      withPlan({ unusable: 'the archive is no yaml' }),
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
})

describe('what was not seen is not charged', () => {
  const check = archivesAreRestored
  const silent = (label: string) => values(label, { text: { outcome: 'timeout' } })
  test('a setting that could not be read after a restore is no other behaviour', () => {
    expect(judge(check, changed([{ probe: 'behaviour', label: 'restored', target: 'r2' }], behaviour('restored', 'r2', 5_700, silent('restored')))).outcome).toBe('inconclusive')
    expect(judge(check, changed([{ probe: 'behaviour', label: 'fresh' }], behaviour('fresh', 'apart-fresh', 14_100, silent('fresh')))).outcome).toBe('inconclusive')
  })
  test('an archived configuration that any new instance has by itself shows nothing of a restore on one', () => {
    const asFound = changed([{ probe: 'behaviour', label: 'found' }], ...plan.instances.map((via) => behaviour('found', via, 50, values('A'))))
    expect(judge(check, asFound)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('before anything was changed') })
  })
})

describe('archives can be compared', () => {
  const check = archivesCanBeCompared
  const again = (text: string) => changed([{ probe: 'archive', label: 'A once more' }], archive('A once more', 4_500, text))
  test('a time stamp, another order and a comment between archives of one configuration fail', () => {
    expect(judge(check, again(`exportedAt: now\n${textOf('A')}`))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('/exportedAt') })
    expect(judge(check, again(textOf('A').split('\n').reverse().filter((line) => line.startsWith('title') || line.startsWith('notice')).concat(textOf('A').split('\n').filter((line) => !/^(title|notice)/.test(line))).join('\n')))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('order') })
    expect(judge(check, again(`# exported now\n${textOf('A')}`))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('the text changed') })
  })
  test('a difference after a restart fails', () => {
    expect(judge(check, changed([{ probe: 'archive', label: 'restarted' }], archive('restarted', 13_700, textOf('A'))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('across a restart') })
  })
  test('a restart that brings another configuration says nothing of archives', () => {
    const lost = changed([{ probe: 'archive', label: 'restarted' }, { probe: 'behaviour', label: 'restarted' }], archive('restarted', 13_700, textOf('A')), behaviour('restarted', 'r1', 13_600, values('A', {}, 'boot-2')))
    expect(judge(check, lost)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('across a restart') })
    const half = changed([{ probe: 'archive', label: 'half' }, { probe: 'behaviour', label: 'half' }], archive('half', 11_200, textOf('A')), behaviour('half', 'r1', 11_100, values('A')))
    expect(judge(check, half).outcome).toBe('inconclusive')
  })
  test('volatile paths may differ, and nothing beside them', () => {
    const stamped = (events: readonly ReturnType<typeof archive>[]) => changed([{ probe: 'archive', label: 'A once more' }], ...events)
    const volatile = { ...plan, volatile: ['/exportedAt'] }
    const fact = { kind: 'fact' as const, name: 'configuration-plan', value: volatile, atMs: 0 }
    expect(judge(check, [...stamped([archive('A once more', 4_500, `exportedAt: 2\n${textOf('A')}`)]), fact]).outcome).toBe('passed')
    expect(judge(check, [...stamped([archive('A once more', 4_500, `exportedAt: 2\n# a\n# b\n${textOf('A')}`), archive('A', 4_400, `exportedAt: 1\n# c\n# d\n${textOf('A')}`)]), fact]).outcome).toBe('failed')
  })
  test('a path that nobody changed, and a change that is missing, fail', () => {
    expect(judge(check, changed([{ probe: 'archive', label: 'B' }], archive('B', 5_300, textOf('B').replace('seconds: 10', 'seconds: 11'))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('/banner/seconds') })
    expect(judge(check, changed([{ probe: 'archive', label: 'B' }], archive('B', 5_300, textOf('B').replace('south', 'north'))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('/title') })
  })
  test('without the pairs, or a change that took effect, there is no pass', () => {
    for (const events of [
      changed([{ probe: 'archive', label: 'restarted' }]),
      changed([{ probe: 'archive', label: 'found' }]),
      changed([{ probe: 'archive', label: 'B' }]),
      changed([{ probe: 'behaviour', label: 'B', target: 'r1' }]),
      withPlan({ settings: plan.settings.slice(0, 2) }),
      withPlan({ unusable: 'the archive is no yaml' }),
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
})

describe('archiving is harmless', () => {
  const check = archivingIsHarmless
  const burst = { fromMs: 2_000, toMs: 4_000 }
  test('one failed request, another boot, a stall and slow answers fail', () => {
    expect(judge(check, withRequests({ fromMs: 3_000, toMs: 3_010 }, () => ({ outcome: 'timeout' })))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('timeout') })
    expect(judge(check, withRequests({ fromMs: 3_000, toMs: 3_030 }, (one) => (one.instance === 'r1' ? { boot: 'other' } : {})))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r1 was restarted') })
    expect(judge(check, withRequests({ fromMs: 2_500, toMs: 3_500 }, (one) => (one.instance === 'r1' ? { endedAtMs: 3_505 } : {})))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r1 completed no request for') })
    expect(judge(check, withRequests(burst, (one) => ({ endedAtMs: one.plannedAtMs + 400 })))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('latency') })
  })
  test('an instance that completes nearly nothing fails, and needs no ten completions for it', () => {
    const frozen = withRequests({ fromMs: 2_010, toMs: 4_600 }, (one) => (one.instance !== 'r1' ? {} : one.plannedAtMs < 2_200 ? { endedAtMs: 4_700 } : { instance: 'r2', boot: 'boot-of-r2' }))
    expect(judge(check, frozen)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r1 completed no request for') })
  })
  test('but not when the harness was disturbed', () => {
    expect(judge(check, [...withRequests({ fromMs: 3_000, toMs: 3_010 }, () => ({ outcome: 'timeout' })), echoLost(3_000)]).outcome).toBe('inconclusive')
    const slow = withRequests({ fromMs: 2_500, toMs: 3_500 }, (one) => (one.instance === 'r1' ? { endedAtMs: 3_505 } : {}))
    expect(judge(check, [...slow, stall(3_500, 900)]).outcome).not.toBe('failed')
    expect(judge(check, [...slow, stall(3_500, 100)]).outcome).toBe('failed') // a small stall of ours does not excuse a long one of the service
    const echoSlow = { kind: 'request' as const, id: 99_999, load: 'null-control', operation: 'echo', method: 'GET', via: 'echo', plannedAtMs: 3_000, endedAtMs: 3_700, outcome: 'ok' as const }
    expect(judge(check, [...slow, echoSlow]).outcome).toBe('inconclusive')
    expect(judge(check, [...slow, { ...echoSlow, plannedAtMs: 1_500, endedAtMs: 3_000 }]).outcome).toBe('inconclusive')
    const refused = withRequests({ fromMs: 2_500, toMs: 3_500 }, (one) => (one.instance === 'r1' ? { outcome: 'polite-refusal' as const, status: 503 } : {}))
    expect(judge(check, refused).outcome).toBe('failed')
    expect(judge(check, [...refused, { ...echoSlow, endedAtMs: 4_200 }]).outcome).toBe('inconclusive')
  })
  test('an instance whose boot nobody knows, one that is no longer served by, and archives of nothing are no pass', () => {
    for (const events of [
      wholeHistory().map((event) => (event.kind === 'request' ? { ...event, boot: undefined } : event) as HistoryEvent),
      withRequests({ fromMs: 2_040, toMs: 20_000 }, () => ({ instance: 'r1', boot: 'boot-of-r1' })),
      withRequests({ fromMs: 3_000, toMs: 20_000 }, () => ({ instance: 'r1', boot: 'boot-of-r1' })),
      wholeHistory().map((event) => (event.kind === 'observation' && event.probe === 'archive' && (event.value as { label: string }).label === 'found' ? { ...event, value: { ...(event.value as object), text: '' } } : event)),
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
  test('a start of an instance fails, also when no answer tells of it', () => {
    expect(judge(check, [...wholeHistory(), platform(3_000, 'process-started', 'r2')])).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('r2 was restarted') })
    expect(judge(check, [...wholeHistory(), platform(13_000, 'process-started', 'r1')]).outcome).toBe('passed')
  })
  test('no traffic, too little of it, too few archives and archives that fail are no pass', () => {
    for (const events of [
      withoutTraffic(),
      withRequests({ fromMs: 1_900, toMs: 4_500 }, () => ({ outcome: 'cancelled' })),
      withRequests({ fromMs: 0, toMs: 1_950 }, () => ({ outcome: 'cancelled' })),
      changed([{ probe: 'archive', label: 'found' }], archive('found', 100), ...[2_000, 2_500, 3_000].map((atMs) => archive('found', atMs))),
      [...wholeHistory(), archive('found', 3_900, '', { ok: false })],
      changed([{ probe: 'burst-ended' }]),
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
})

describe('the archive is what is in force', () => {
  const check = archiveIsInForce
  test('a change at run time that is not in the archive fails', () => {
    expect(judge(check, changed([{ probe: 'archive', label: 'A' }], archive('A', 4_400, textOf('found'))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('/title') })
    expect(judge(check, changed([{ probe: 'archive', label: 'B' }], archive('B', 5_300, `${textOf('B')}notice: monday\n`)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('/notice') })
  })
  test('an edit on disk that is in the archive and not in force fails; one that is in force does not', () => {
    const edited = changed([{ probe: 'archive', label: 'file edited' }], archive('file edited', 14_320, textOf('B'), { from: 'apart-fresh' }))
    expect(judge(check, edited)).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('edited file') })
    const loaded = changed([{ probe: 'archive', label: 'file edited' }, { probe: 'behaviour', label: 'file edited' }], archive('file edited', 14_320, textOf('B')), ...[14_310, 14_330].map((atMs) => behaviour('file edited', 'apart-fresh', atMs, values('B'))))
    expect(judge(check, loaded).outcome).toBe('passed')
  })
  test('without a file the changes at run time are enough, and it is said', () => {
    expect(judge(check, changed([{ probe: 'file-edited' }]))).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('no file') })
    const alone = judge(check, [...changed([{ probe: 'file-edited' }]), ...withPlan({ noFresh: 'there is only the one stack' }).slice(-1)])
    expect(alone).toMatchObject({ outcome: 'passed', summary: expect.stringContaining('there is no fresh instance (there is only the one stack)') })
  })
  test('changes that were not seen, and a fresh instance that did not start, are no pass', () => {
    for (const events of [
      changed([{ probe: 'behaviour', label: 'B', target: 'r1' }]),
      changed([{ probe: 'archive', label: 'B' }]),
      changed([{ probe: 'file-edited' }, { probe: 'fresh-ready' }], said('fresh-ready', 'apart-fresh', 42_000, { label: 'fresh', ready: false, tookMs: 30_000 })),
      changed([{ probe: 'behaviour', label: 'file edited' }]),
      changed([{ probe: 'archive', label: 'file edited' }]),
      [...wholeHistory(), behaviour('file edited', 'apart-fresh', 14_340, values('B'))],
      withPlan({ settings: [] }),
      withPlan({ unusable: 'the archive is no yaml' }),
    ]) {
      expect(judge(check, events).outcome).toBe('inconclusive')
    }
  })
})

describe('archives are text', () => {
  const check = archivesAreText
  const found = (text: string) => changed([{ probe: 'archive', label: 'found' }], archive('found', 100, text))
  test('a blob, bytes, nothing and another format fail', () => {
    expect(judge(check, found('H4sIAAAAAAAAA2WOwQ=='))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('one string') })
    expect(judge(check, found('title: a\u0000'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not text') })
    expect(judge(check, found(' \n'))).toMatchObject({ outcome: 'failed' })
    expect(judge(check, found('{{{'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('no yaml') })
  })
  test('a long encoded text fails, unless it is declared', () => {
    const text = `title: ${'QUJD'.repeat(400)}\nprose: ${'many words '.repeat(300)}\n`
    expect(judge(check, found(text))).toMatchObject({ outcome: 'failed', summary: '/title is encoded, so that no tool can examine or compare it' })
    expect(judge(check, [...found(text), { kind: 'fact', name: 'configuration-plan', value: { ...plan, opaque: ['/title'] }, atMs: 0 }]).outcome).toBe('passed')
  })
  test('a round trip that is refused, or says something else, fails', () => {
    expect(judge(check, changed([{ probe: 'performed', label: 'round trip' }], refused('round trip', 4_600)))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('not accepted') })
    expect(judge(check, changed([{ probe: 'archive', label: 'round trip' }], archive('round trip', 4_700, textOf('B'))))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('differs in') })
  })
  test('no round trip is no pass', () => {
    expect(judge(check, changed([{ probe: 'performed', label: 'round trip' }])).outcome).toBe('inconclusive')
    expect(judge(check, changed([{ probe: 'archive', label: 'round trip' }])).outcome).toBe('inconclusive')
    expect(judge(check, changed([{ probe: 'archive', label: 'found' }], archive('found', 100, '', { ok: false }))).outcome).toBe('inconclusive')
  })
})
