import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, request } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { noAcknowledgedWriteIsLost } from './no-acknowledged-write-is-lost.check.js'
import { acknowledgedWritesSurvive } from './recovery.requirements.js'

const judgeAll = (...events: readonly HistoryEvent[]) => noAcknowledgedWriteIsLost.evaluate(historyOf(events), thresholdValues(acknowledgedWritesSurvive, 'quick'))
const judge = (...events: readonly HistoryEvent[]) => judgeAll(fact('instances', ['r1', 'r2']), fact('dataOwners', ['db']), ...events)

const keys = Array.from({ length: 150 }, (_, index) => `k${index}`)
/** A write every 10 ms until the crash at 1500 ms. */
const written = keys.map((key, index) => request(index * 10, { load: 'writes', method: 'PUT', via: 'balancer', key, value: key }))
const read = (key: string, more: Partial<RequestEvent> = {}): RequestEvent => request(9_000, { load: 'reconcile', key, ...more })
const readBack = keys.map((key) => read(key))
const readBackBut = (key: string, more: Partial<RequestEvent>): RequestEvent[] => keys.map((one) => read(one, one === key ? more : {}))

function crash(atMs = 1_500, unwitnessed: readonly string[] = [], number = 1): HistoryEvent[] {
  return ['r1', 'r2', 'db'].flatMap((target) =>
    intervention({ name: 'kill', target, label: `crash-${number}`, issuedAtMs: atMs, acknowledgedAtMs: atMs + 10, ...(unwitnessed.includes(target) ? {} : { witnessedAtMs: atMs + 30 }) }),
  )
}
const incomplete: HistoryEvent = { kind: 'incomplete', atMs: 9_500, reason: 'out of time', cause: 'deadline' }
const absent = { outcome: 'error-status', status: 404 } as const

describe('passed', () => {
  test('when every acknowledged write is read back, with the writes at risk as strength', () => {
    const finding = judge(...written, ...crash(), ...readBack)
    expect(finding).toMatchObject({ outcome: 'passed', strength: { n: 100 } })
    expect(finding.summary).toBe('all 150 acknowledged writes were read back after 1 crash, 100 of them acknowledged in the last second before one')
  })

  test('when writes without an answer are there or not', () => {
    const open = ['x', 'y'].map((key) => request(1_495, { load: 'writes', key, value: key, outcome: 'reset-in-flight' }))
    const finding = judge(...written, ...open, ...crash(), ...readBack, read('x'), read('y', absent))
    expect(finding.outcome).toBe('passed')
    expect(finding.evidence.map((one) => one.note)).toEqual(expect.arrayContaining(['1 write never acknowledged, and there', '1 write never acknowledged, and not there']))
  })

  test('when the platform itself reports the death that no witness caught', () => {
    expect(judge(...written, ...crash(1_500, ['db']), platform(1_520, 'process-exited', 'db', { signal: 'SIGKILL' }), ...readBack).outcome).toBe('passed')
  })
})

describe('the negative control', () => {
  const control = (more: Partial<RequestEvent> = {}): RequestEvent => request(9_100, { load: 'never-written', key: 'nobody', ...more })
  test('that finds what nobody wrote leaves no pass', () => {
    const finding = judge(...written, ...crash(), ...readBack, control())
    expect(finding).toMatchObject({ outcome: 'inconclusive', summary: '150 of 150 acknowledged writes could not be read afterwards: the strong read finds what was never written, so finding a record proves nothing' })
  })
  test('leaves a loss a loss, and what it does not find a pass', () => {
    expect(judge(...written, ...crash(), ...readBackBut('k140', absent), control()).outcome).toBe('failed')
    expect(judge(...written, ...crash(), ...readBack, control(absent)).outcome).toBe('passed')
  })
  test('is not needed for degraded answers, which show no value', () => {
    expect(judge(...written, ...crash(), ...readBackBut('k140', { outcome: 'degraded' }))).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('degraded answers') })
  })
})

describe('what nobody declared', () => {
  const undeclared = (...names: readonly string[]) => fact('undeclaredContainers', names)
  test('leaves no pass where it was spared, and is named with what to do', () => {
    const finding = judge(undeclared('shop-store-1'), ...written, ...crash(), ...readBack)
    expect(finding).toMatchObject({ outcome: 'inconclusive', summary: expect.stringMatching(/what shop-store-1 is,.*declare under target\.components/) })
  })
  test('excuses no loss, and changes nothing where there is none', () => {
    expect(judge(undeclared('shop-store-1'), ...written, ...crash(), ...readBackBut('k140', absent)).outcome).toBe('failed')
    expect(judge(undeclared(), ...written, ...crash(), ...readBack).outcome).toBe('passed')
  })
})

describe('failed', () => {
  test('when one acknowledged write is gone, with its requests and its age at the crash', () => {
    const finding = judge(...written, ...crash(), ...readBackBut('k140', absent))
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toBe('after 1 crash 1 of 150 acknowledged writes were lost, acknowledged up to 105 ms before the crash (allowed 0)')
    const lost = finding.evidence.find((one) => one.note.includes('lost'))
    expect(lost?.requests).toContain(written[140]?.id)
    expect(lost?.note).toContain('the strong read of k140 found nothing (status 404)')
  })

  test('when a write is gone that was made after the last crash, without blaming the crash', () => {
    const later = request(4_000, { load: 'writes', method: 'PUT', via: 'balancer', key: 'later', value: 'later' })
    const finding = judge(...written, later, ...crash(), ...readBack, read('later', absent))
    expect(finding).toMatchObject({ outcome: 'failed', summary: 'after 1 crash 1 of 151 acknowledged writes were lost, written after the last crash (allowed 0)' })
    expect(judge(...written, later, ...crash(), ...readBackBut('k140', absent), read('later', absent)).summary).toContain('105 ms before the crash, 1 of them written after the last crash')
  })

  test('when one has another value', () => {
    expect(judge(...written, ...crash(), ...readBackBut('k10', { outcome: 'wrong-content', status: 200 })).outcome).toBe('failed')
  })

  test('when a refused write is there', () => {
    const refused = request(1_000, { load: 'writes', key: 'x', value: 'x', outcome: 'error-status', status: 422 })
    expect(judge(...written, refused, ...crash(), ...readBack, read('x'))).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('1 refused or never made writes') })
  })

  test('although another write could not be read', () => {
    const reads = keys.map((key) => read(key, key === 'k1' ? absent : key === 'k2' ? { outcome: 'timeout' } : {}))
    expect(judge(...written, ...crash(), ...reads).outcome).toBe('failed')
  })
})

describe('inconclusive', () => {
  test.each<[string, readonly HistoryEvent[], string]>([
    ['nothing happened', [], 'no write was acknowledged'],
    ['there was no traffic', crash(), 'no write was acknowledged'],
    ['nothing crashed', [...written, ...readBack], 'only 0 crashes of 1'],
    ['one process was not seen to die', [...written, ...crash(1_500, ['db']), ...readBack], 'nothing shows that db died in crash-1'],
    ['writes are missing without a crash', [...written, ...crash(1_500, ['db']), ...readBackBut('k1', absent)], 'no crash can be blamed'],
    ['too little was acknowledged before the crash', [...written, ...crash(2_400), ...readBack], 'only 10 writes of 20'],
    ['nothing was read', [...written, ...crash()], '150 of 150 acknowledged writes could not be read'],
    ['the service did not come back', [...written, ...crash(), ...keys.map((key) => read(key, { outcome: 'refused' }))], '150 of 150 acknowledged writes could not be read'],
    ['one read could not be made', [...written, ...crash(), ...readBackBut('k1', { outcome: 'timeout' })], '1 of 150 acknowledged writes could not be read'],
    ['the reads were cut short', [...written, ...crash(), ...readBackBut('k1', absent), incomplete], 'did not reach its end'],
  ])('when %s', (_, events, reason) => {
    const finding = judge(...events)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain(reason)
  })

  const killed = (target: string, acknowledgedAtMs: number | undefined): HistoryEvent[] =>
    intervention({ name: 'kill', target, label: 'crash-1', issuedAtMs: 1_500, ...(acknowledgedAtMs === undefined ? {} : { acknowledgedAtMs }), witnessedAtMs: (acknowledgedAtMs ?? 1_500) + 20 })

  test.each<[string, readonly HistoryEvent[], string]>([
    ['only one instance was killed', [...killed('r1', 1_510), ...killed('db', 1_510)], 'r2 was not killed in crash-1'],
    ['an owner of data was not killed', [...killed('r1', 1_510), ...killed('r2', 1_510)], 'db was not killed in crash-1'],
    ['the kills were seconds apart', [...killed('r1', 1_510), ...killed('r2', 10_510), ...killed('db', 1_510)], 'the kills of crash-1 were 9 s apart'],
    ['a kill was not acknowledged', [...killed('r1', 1_510), ...killed('r2', undefined), ...killed('db', 1_510)], 'not every kill of crash-1 was acknowledged'],
  ])('when %s', (_, kills, reason) => {
    expect(judge(...written, ...kills, ...readBack)).toMatchObject({ outcome: 'inconclusive', summary: reason + (reason.endsWith('apart') ? ', which is not one instant' : '') })
  })

  test('when the instances are not known; owners of data need not be', () => {
    const instances = fact('instances', ['r1', 'r2'])
    expect(judgeAll(...written, ...crash(), ...readBack)).toMatchObject({ outcome: 'inconclusive', summary: 'no instance of the service is known' })
    expect(judgeAll(instances, ...written, ...killed('r1', 1_510), ...killed('r2', 2_400), ...readBack).outcome).toBe('passed')
  })

  test('when the processes were not killed by that crash but earlier', () => {
    expect(judge(...written, ...crash(1_500, ['db']), platform(900, 'process-exited', 'db', { signal: 'SIGKILL' }), ...readBack).outcome).toBe('inconclusive')
  })
})
