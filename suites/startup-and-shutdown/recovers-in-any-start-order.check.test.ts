import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, readies, ready, request, requests, stall } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { recoversFromPowerLoss } from './power-loss.requirements.js'
import { recoversInAnyStartOrder } from './recovers-in-any-start-order.check.js'

const known = [fact('instances', ['r1']), fact('hardDependencies', ['db']), fact('softDependencies', []), fact('startTimeoutMs', 5_000), fact('rebootGrade', 'simulated')]
const judge = (...events: readonly (HistoryEvent | readonly HistoryEvent[])[]) =>
  recoversInAnyStartOrder.evaluate(historyOf([...known, ...events.flat()]), thresholdValues(recoversFromPowerLoss, 'quick'))

const label = 'power-loss-1-components-last'
const delayed = [{ target: 'db', byMs: 1_000 }]
const powerLoss = (more: object = {}): HistoryEvent[] =>
  intervention({ name: 'reboot', target: 'machine', label, issuedAtMs: 2_000, acknowledgedAtMs: 2_100, witnessedAtMs: 2_110, detail: { manner: 'power-loss', delayed }, ...more })
const ended = ['r1', 'db'].map((target) => platform(2_010, 'process-exited', target, { signal: 'SIGKILL' }))
const booted = platform(2_050, 'machine-booted', 'machine')
const started = [platform(2_100, 'process-started', 'r1'), platform(3_100, 'process-started', 'db')]
const keys = Array.from({ length: 100 }, (_, index) => `k${index}`)
const written = keys.map((key, index) => request(1_000 + index * 10, { load: 'writes', method: 'PUT', via: 'balancer', key, value: key }))
const readBack = keys.map((key) => request(9_000, { load: 'reconcile', key }))
const before = readies({ fromMs: 100, toMs: 2_000, everyMs: 100 }, 'pass', 'boot-1')
const waiting = readies({ fromMs: 2_200, toMs: 4_000, everyMs: 100 }, 'fail', 'boot-2')
const back = [ready(4_100, 'pass', 'boot-2'), ...requests({ fromMs: 4_150, toMs: 4_200, everyMs: 25 }, { load: `after-${label}` })]
const sound = [written, before, powerLoss(), ended, booted, started, waiting, back, readBack]
const without = (part: unknown): (HistoryEvent | readonly HistoryEvent[])[] => sound.filter((one) => one !== part)

describe('recovery from a power loss', () => {
  test('passes when everything came up in the order asked for, the service by itself, with all it had acknowledged', () => {
    const finding = judge(...sound)
    expect(finding).toMatchObject({ outcome: 'passed', grade: 'simulated', strength: { n: 100 } })
    expect(finding.summary).toBe('all instances were back by themselves after 1 power loss (components last), the slowest 2 s after the boot, and none of 100 acknowledged writes was lost')
    expect(finding.evidence.map(({ note }) => note)).toContain(`${label}: started r1 +50 ms, db +1.1 s`)
  })

  test('fails when an instance does not come back, also where the writes could not be read', () => {
    const never = readies({ fromMs: 2_200, toMs: 14_500, everyMs: 100 }, 'fail', 'boot-2')
    const finding = judge(written, before, powerLoss(), ended, booted, started, never)
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('1 instance was not back within 10 s of the start of the last component: r1 after power-loss-1-components-last: not back')
  })

  test('the limit counts from the start of the last component', () => {
    const late = [platform(2_100, 'process-started', 'r1'), platform(8_000, 'process-started', 'db')]
    const slow = readies({ fromMs: 2_200, toMs: 14_000, everyMs: 100 }, 'fail', 'boot-2')
    const lateBack = [ready(14_100, 'pass', 'boot-2'), ...requests({ fromMs: 14_150, toMs: 14_200, everyMs: 25 }, { load: `after-${label}` })]
    expect(judge(written, before, powerLoss(), ended, booted, late, slow, lateBack, readBack).outcome).toBe('passed')
  })

  test('fails when a write that was acknowledged before is gone', () => {
    const lossy = readBack.map((read) => (read.key === 'k50' ? request(9_000, { load: 'reconcile', key: 'k50', outcome: 'error-status', status: 404 }) : read))
    expect(judge(...without(readBack), lossy).summary).toContain('1 of 100 writes that had been acknowledged before the power was cut were lost (allowed 0)')
  })

  test('leaves no pass where something runs that nobody declared, and excuses no failure', () => {
    const undeclared = fact('undeclaredContainers', ['shop-store-1'])
    expect(judge(...sound, undeclared)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('what shop-store-1 is') })
    const lossy = readBack.map((read) => (read.key === 'k50' ? request(9_000, { load: 'reconcile', key: 'k50', outcome: 'error-status', status: 404 }) : read))
    expect(judge(...without(readBack), lossy, undeclared).outcome).toBe('failed')
  })

  test('a loss of what was written afterwards is not blamed on it', () => {
    const later = [request(5_000, { load: 'writes', method: 'PUT', key: 'later', value: 'later' }), request(9_000, { load: 'reconcile', key: 'later', outcome: 'error-status', status: 404 })]
    expect(judge(...sound, later).outcome).toBe('passed')
  })
})

describe('is inconclusive', () => {
  test('when the power was never cut, or nothing shows it', () => {
    expect(judge(written, readBack).summary).toBe('the power was never cut')
    expect(judge(...without(sound[2]), powerLoss({ witnessedAtMs: undefined })).summary).toContain('was not witnessed')
    expect(judge(...without(ended), [ended[0]!]).summary).toContain('nothing shows that db lost power')
  })

  test('when what should have come last came before what it should have come after', () => {
    const turned = [platform(3_050, 'process-started', 'db'), platform(3_100, 'process-started', 'r1')]
    expect(judge(...without(started), turned)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('db was started before r1 after power-loss-1-components-last') })
  })

  test('when a component came too early, or a dependency did not start', () => {
    expect(judge(...without(started), platform(2_100, 'process-started', 'r1'), platform(2_300, 'process-started', 'db')).summary).toContain('db was started before its 1 s were over')
    const never = readies({ fromMs: 2_200, toMs: 14_500, everyMs: 100 }, 'fail', 'boot-2')
    const dead = judge(written, before, powerLoss(), ended, booted, started, platform(3_200, 'process-exited', 'db'), never)
    expect(dead.summary).toContain('db did not start after')
    expect(dead.outcome).toBe('inconclusive')
  })

  test('when the harness lent a hand or was blind', () => {
    const help = intervention({ name: 'start', target: 'r1', label: 'x', issuedAtMs: 3_500, acknowledgedAtMs: 3_600 })
    expect(judge(...sound, help).outcome).toBe('inconclusive')
    const never = readies({ fromMs: 2_200, toMs: 14_500, everyMs: 100 }, 'fail', 'boot-2')
    expect(judge(written, before, powerLoss(), ended, booted, started, never, stall(14_000, 9_000)).outcome).toBe('inconclusive')
  })

  test('without writes, without reads, and without instances', () => {
    expect(judge(...without(written)).summary).toContain('only 0 writes of 20 were acknowledged')
    expect(judge(...without(readBack)).summary).toContain('100 of 100 acknowledged writes could not be read afterwards')
    const unknown = recoversInAnyStartOrder.evaluate(historyOf(sound.flat()), thresholdValues(recoversFromPowerLoss, 'quick'))
    expect(unknown.summary).toContain('no instance of the service is known')
  })

  test('when fewer orders were tried than asked for', () => {
    const finding = recoversInAnyStartOrder.evaluate(historyOf([...known, ...sound.flat()]), thresholdValues(recoversFromPowerLoss, 'standard'))
    expect(finding.summary).toContain('only 1 of 3 start orders took place')
  })
})
