import type { Finding } from '../../core/check.js'
import { noWriteIsLostInAHandover } from '../../suites/hot-swaps/no-write-is-lost-in-a-handover.check.js'
import { handoverObservation, promoteName, writeLoad, readBackLoad, type HandoverEdge } from '../../suites/hot-swaps/names.js'
import { restartedByItselfAfterACrash } from '../../suites/startup-and-shutdown/restarted-by-itself-after-a-crash.check.js'
import type { Darkness } from './protocol.js'
import { instance, measured, pause, truthsOf, type Measured, type Rig } from './rig.js'
import type { Found } from './sample.js'

/** As in the scenarios of START-02 and SWAP-03. */
const readinessEveryMs = 100
const writesPerSecond = 50
const beforeMs = 1_300
const requestsAfter = 20

/** Instants of the intervention as a driver tells them: when its answer has arrived. */
async function intervene(rig: Rig, given: { readonly name: string; readonly target: string; readonly label: string; readonly id: number }, apply: () => Promise<unknown>): Promise<void> {
  const note = (phase: 'issued' | 'acknowledged' | 'witnessed'): void => rig.record({ kind: 'intervention', ...given, phase, atMs: rig.clock() })
  note('issued')
  await apply()
  note('acknowledged')
  note('witnessed')
}

/** The longest time without the service between the two instants of the target's own log. */
function trueOutageMs(found: Measured): number {
  const [dark, light] = [truthsOf(found, 'dark')[0], truthsOf(found, 'light')[0]]
  if (dark === undefined || light === undefined) throw new Error('the synthetic target was not dark and light again')
  return light.atMs - dark.atMs
}

/** What a check measured; Infinity where it measured nothing, which is as far off as can be. */
const measuredMs = ({ evidence }: Finding, note: RegExp): number => evidence.find((one) => note.test(one.note))?.measured ?? Infinity

/** A process that is gone for so long: the time to ready that START-02 judges. */
export async function restart(folder: string, forMs: number): Promise<Found> {
  const found = await measured({ folder, plan: {} }, async (rig) => {
    const sampling = rig.traffic.sample({ probes: ['readiness'], instances: [instance], everyMs: readinessEveryMs })
    await pause(beforeMs)
    await intervene(rig, { id: 1, name: 'kill', target: instance, label: 'kill-1' }, () => rig.target.call('dark', { forMs, manner: 'refuse' }))
    await rig.target.call('light')
    await pause(3 * readinessEveryMs)
    for (let n = 0; n < requestsAfter; n++) await rig.traffic.send({ load: 'after-kill-1', operation: 'item', via: instance })
    await sampling.stop()
  })
  const allowed = 2 * readinessEveryMs
  const judge = (limitMs: number): Finding =>
    restartedByItselfAfterACrash.evaluate(found.history, { kills: 1, restart_to_ready_s: limitMs / 1_000, requests_after_restart: requestsAfter, min_uptime_s: 0.5 })
  const truthMs = trueOutageMs(found)
  const cell = `dark for ${forMs} ms`
  const [within, beyond] = [judge(truthMs + allowed), judge(truthMs - allowed)]
  return {
    samples: [{ quantity: 'outage length, by the time to ready (START-02)', cell, error: measuredMs(judge(Infinity), /ready again/) - truthMs, allowed, unit: 'ms', starved: isStarved(found, allowed) }],
    verdicts: [
      { check: 'START-02', cell: `${cell}, limit two probe intervals above`, ...said(within), expected: 'passed', timed: true },
      { check: 'START-02', cell: `${cell}, limit two probe intervals below`, ...said(beyond), expected: 'failed', timed: true },
    ],
  }
}

/** Writes that nobody acknowledges for so long: the interruption that SWAP-03 judges. */
export async function interruption(folder: string, forMs: number, manner: Darkness): Promise<Found> {
  const found = await measured({ folder, plan: {} }, async (rig) => {
    const edge = (value: HandoverEdge['edge']): void => rig.record({ kind: 'observation', probe: handoverObservation, target: '1', atMs: rig.clock(), value: { edge: value, from: 'one', to: 'other' } satisfies HandoverEdge })
    const load = rig.traffic.start({ name: writeLoad, ratePerSecond: writesPerSecond, operations: ['write'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 60_000 })
    await pause(beforeMs)
    edge('begin')
    await intervene(rig, { id: 1, name: promoteName, target: 'operator', label: 'handover 1' }, () => rig.target.call('dark', { forMs, manner }))
    edge('led')
    await rig.target.call('light')
    await intervene(rig, { id: 2, name: 'replace-component', target: 'one', label: 'rejoin 1' }, () => Promise.resolve())
    edge('fenced')
    await pause(beforeMs)
    edge('end')
    await load.stop()
    await rig.traffic.reconcile({ load: readBackLoad, convergenceMs: 500 })
  })
  const allowed = (2 * 1_000) / writesPerSecond
  const truthMs = trueOutageMs(found)
  const judge = (limitMs: number): Finding =>
    noWriteIsLostInAHandover.evaluate(found.history, { handovers: 1, lost_max: 0, write_interruption_s_max: limitMs / 1_000, acked_last_second_min: 10, unanswered_max: 1_000 })
  const cell = `${manner === 'refuse' ? 'refuses' : 'frozen'} for ${forMs} ms`
  const finding = judge(Infinity)
  // The check says between what the interruption lies.
  const middleMs = (measuredMs(finding, /longest time without an acknowledged write/) + measuredMs(finding, /of that for certain/)) / 2
  return {
    samples: [{ quantity: 'outage length, by acknowledged writes (SWAP-03)', cell, error: middleMs - truthMs, allowed, unit: 'ms', starved: isStarved(found, allowed) }],
    verdicts: [
      { check: 'SWAP-03', cell: `${cell}, limit two intervals above`, ...said(judge(truthMs + allowed)), expected: 'passed', timed: true },
      { check: 'SWAP-03', cell: `${cell}, limit two intervals below`, ...said(judge(truthMs - allowed)), expected: 'failed', timed: true },
    ],
  }
}

export const said = ({ outcome, summary }: Finding): { readonly outcome: Finding['outcome']; readonly summary: string } => ({ outcome, summary })

/** A stall of ours, or an answer of our own echo server, that is as long as the error that is allowed. */
export const isStarved = ({ health }: Measured, allowedMs: number): boolean => health.stallMsMax > allowedMs / 2 || health.controlSlowestMs > allowedMs / 2 || health.controlFailed > 0
