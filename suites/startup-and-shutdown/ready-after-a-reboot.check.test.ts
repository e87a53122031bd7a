import { describe, expect, test } from 'vitest'
import { fact, intervention, platform, readies, ready, requests } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import { thresholdValues } from '../../core/requirement.js'
import { readyAfterAReboot } from './ready-after-a-reboot.check.js'
import { comesBackAfterBoot } from './recovery.requirements.js'

const thresholds = thresholdValues(comesBackAfterBoot, 'standard', { boot_to_ready_s: 10 })
const judge = (...events: readonly HistoryEvent[]) => readyAfterAReboot.evaluate(historyOf(events), thresholds)

const facts = [fact('instances', ['r1', 'r2']), fact('rebootGrade', 'simulated'), fact('startTimeoutMs', 60_000), fact('restartPolicy', { replicas: 'always' })]
const both = (make: (target: string) => readonly HistoryEvent[]): HistoryEvent[] => ['r1', 'r2'].flatMap(make)

interface Arm {
  readonly manner: 'orderly' | 'power-loss'
  readonly atMs: number
  readonly boot: number
  readonly witnessed?: boolean
}
/** The machine is rebooted; the old processes are seen until then. */
function reboot({ manner, atMs, boot, witnessed = true }: Arm): HistoryEvent[] {
  return [
    ...both((target) => readies({ fromMs: atMs - 1_000, toMs: atMs, everyMs: 250 }, 'pass', `${target}-boot-${boot - 1}`, target)),
    ...intervention({
      name: 'reboot',
      target: 'machine',
      label: `${manner}-reboot-${boot - 1}`,
      issuedAtMs: atMs,
      acknowledgedAtMs: atMs + 1_000,
      ...(witnessed ? { witnessedAtMs: atMs + 1_001 } : {}),
      detail: { manner, bootIdBefore: `m${boot - 1}`, bootIdAfter: witnessed ? `m${boot}` : `m${boot - 1}` },
    }),
    platform(atMs + 900, 'machine-booted', 'machine'),
  ]
}
const back = ({ manner, atMs, boot }: Arm, target: string, afterMs = 2_000): HistoryEvent[] => [
  ...readies({ fromMs: atMs + 1_000, toMs: atMs + 900 + afterMs, everyMs: 250 }, 'refused', undefined, target),
  ready(atMs + 900 + afterMs, 'pass', `${target}-boot-${boot}`, target),
  ...requests({ fromMs: atMs + 950 + afterMs, toMs: atMs + 1_000 + afterMs, everyMs: 10 }, { load: `after-${manner}-reboot-${boot - 1}`, via: target }),
]
const absent = ({ atMs }: Arm, target: string, untilMs = 12_000): HistoryEvent[] => readies({ fromMs: atMs + 1_000, toMs: atMs + untilMs, everyMs: 250 }, 'refused', undefined, target)

const orderly: Arm = { manner: 'orderly', atMs: 5_000, boot: 2 }
const powerLoss: Arm = { manner: 'power-loss', atMs: 20_000, boot: 3 }
const orderlyBack = [...reboot(orderly), ...both((target) => back(orderly, target))]
const powerLossBack = [...reboot(powerLoss), ...both((target) => back(powerLoss, target))]

describe('passed', () => {
  test('when all instances are back after both reboots, with the grade and the strength of two reboots', () => {
    const finding = judge(...facts, ...orderlyBack, ...powerLossBack)
    expect(finding).toMatchObject({ outcome: 'passed', grade: 'simulated', strength: { n: 2 } })
    expect(finding.summary).toContain('orderly and power-loss')
    expect(finding.summary).toContain('2 s after the machine booted')
    expect(finding.evidence).toHaveLength(4)
  })
})

describe('failed', () => {
  test('when one instance does not come back from the first reboot, although the second never took place', () => {
    const finding = judge(...facts, ...reboot(orderly), ...back(orderly, 'r1'), ...absent(orderly, 'r2'))
    expect(finding).toMatchObject({ outcome: 'failed', grade: 'simulated' })
    expect(finding.summary).toContain('r2 after orderly-reboot-1: not back after')
    expect(finding.evidence[0]).toMatchObject({ allowed: 10_000, unit: 'ms' })
  })

  test('when it comes back too late', () => {
    const finding = judge(...facts, ...reboot(orderly), ...back(orderly, 'r1'), ...back(orderly, 'r2', 11_000))
    expect(finding.outcome).toBe('failed')
    expect(finding.evidence[0]).toMatchObject({ measured: 11_000, allowed: 10_000 })
  })

  test('when it reports ready but waits for somebody before it serves', () => {
    const locked = [
      ready(8_000, 'pass', 'r2-boot-2', 'r2'),
      ...requests({ fromMs: 8_100, toMs: 17_000, everyMs: 500 }, { load: 'after-orderly-reboot-1', via: 'r2', outcome: 'error-status', status: 423 }),
    ]
    const finding = judge(...facts, ...reboot(orderly), ...back(orderly, 'r1'), ...locked)
    expect(finding.outcome).toBe('failed')
    expect(finding.summary).toContain('status 423')
    expect(finding.evidence[0]?.requests?.length).toBeGreaterThan(0)
  })

  test('and the restart policy is named when it explains it', () => {
    const finding = judge(...facts, fact('restartPolicy', { replicas: 'never' }), ...reboot(orderly), ...both((target) => absent(orderly, target)))
    expect(finding.summary).toContain("restart policy is 'never'")
    expect(finding.summary).toContain('2 instances did not come back')
  })
})

describe('inconclusive', () => {
  test.each<[string, readonly HistoryEvent[], string]>([
    ['nothing happened', facts, 'never rebooted'],
    ['the boot id of the machine did not change', [...facts, ...reboot({ ...orderly, witnessed: false }), ...both((target) => back(orderly, target)), ...powerLossBack], 'not witnessed'],
    ['one kind of reboot is missing', [...facts, ...orderlyBack], '0 of 1 power-loss reboot took place'],
    ['nobody looked at one instance', [...facts, ...reboot(orderly), ...back(orderly, 'r1')], 'the readiness of r2 was never asked'],
    ['it was not watched for long enough', [...facts, ...reboot(orderly), ...back(orderly, 'r1'), ...absent(orderly, 'r2', 6_000)], 'watched for only'],
    ['the grade is not known', [...facts.slice(0, 1), ...orderlyBack, ...powerLossBack], 'does not say how it reboots'],
    ['the reboot was only inspected', [...facts, fact('rebootGrade', 'inspected'), ...orderlyBack, ...powerLossBack], 'only inspected'],
    ['every request to one instance was cancelled', [...facts, ...reboot(orderly), ...back(orderly, 'r1'), ready(8_000, 'pass', 'r2-boot-2', 'r2'), ...requests({ fromMs: 8_100, toMs: 17_000, everyMs: 500 }, { load: 'after-orderly-reboot-1', via: 'r2', outcome: 'cancelled' })], 'cancelled by the harness'],
    ['no instance is known', [...facts.slice(1), ...orderlyBack, ...powerLossBack], 'no instance'],
    ['the harness started an instance', [...facts, ...orderlyBack, ...intervention({ name: 'start', label: 'helped', issuedAtMs: 7_000, acknowledgedAtMs: 7_010 }), ...powerLossBack], 'the harness itself made the start of r1'],
  ])('when %s', (_, events, reason) => {
    const finding = judge(...events)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain(reason)
  })

  test('when the harness was blind while it watched', () => {
    const blind = requests({ fromMs: 6_000, toMs: 17_000, everyMs: 100 }, { load: 'null-control', via: 'echo', outcome: 'timeout' })
    const finding = judge(...facts, ...reboot(orderly), ...back(orderly, 'r1'), ...absent(orderly, 'r2'), ...blind)
    expect(finding.outcome).toBe('inconclusive')
    expect(finding.summary).toContain('own echo server')
  })
})

test('a start that is declared to be short ends the wait earlier', () => {
  const finding = judge(...facts, fact('startTimeoutMs', 2_000), ...reboot(orderly), ...back(orderly, 'r1'), ...absent(orderly, 'r2', 6_000))
  expect(finding.outcome).toBe('failed')
  expect(finding.evidence[0]).toMatchObject({ allowed: 4_000 })
})
