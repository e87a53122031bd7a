import type { RequestOutcome } from '../../core/history.js'
import { ledgerOf } from '../../core/ledger.js'
import { countsAsLost, requestsOf } from '../../core/reading.js'
import { witnessesAcross, witnessRequests } from '../../suites/queue-draining/witnesses-across.js'
import { noAcknowledgedWriteIsLost } from '../../suites/startup-and-shutdown/no-acknowledged-write-is-lost.check.js'
import { said } from './outages.js'
import type { LossManner } from './protocol.js'
import { instance, item, measured, pause, postedItem, truthsOf } from './rig.js'
import { lacking, type Found, type Sample } from './sample.js'

export interface LossCell {
  readonly manner: LossManner
  readonly every: number
  readonly connections: 'keep-alive' | 'fresh'
  readonly throughBalancer: boolean
  readonly method: 'GET' | 'POST'
  readonly forMs: number
}
const itemsPerSecond = 200
/** Longer than a close that may have crossed the request on its way. */
const executingMs = 70

const named: Readonly<Record<LossManner, RequestOutcome>> = { fin: 'closed-in-flight', rst: 'reset-in-flight', truncate: 'truncated' }
const exactly = (quantity: string, cell: string, error: number): Sample => ({ quantity, cell, error, allowed: 0, unit: 'count', starved: false })

/** Every k-th request that is executing is given up. Losses are compared one by one, by their keys. */
export async function losses(folder: string, given: LossCell): Promise<Found> {
  const { manner, every, connections, throughBalancer, method, forMs } = given
  const found = await measured({ folder, throughBalancer, plan: { lose: { every, manner, afterMs: executingMs } } }, async ({ traffic }) => {
    const operations = [method === 'GET' ? item : postedItem]
    await traffic.start({ name: 'background', ratePerSecond: itemsPerSecond, operations, via: 'balancer', connections, durationMaxMs: forMs }).finished()
  })
  const requests = requestsOf(found.history, 'background')
  const lost = new Set(truthsOf(found, 'lost').map(({ key }) => key))
  const counted = requests.filter(countsAsLost)
  const countedKeys = new Set(counted.map(({ key }) => key ?? ''))
  // Our balancer answers 502 for what it could not get, unless the answer had begun.
  const name = throughBalancer && manner !== 'truncate' ? 'error-status' : named[manner]
  const cell = `every ${every}th by ${manner}, ${method}, ${connections}${throughBalancer ? ', through the balancer' : ''}`
  const answered = new Set(truthsOf(found, 'answered').map(({ key }) => key))
  const okay = new Set(requests.filter(({ outcome }) => outcome === 'ok').map(({ key }) => key ?? ''))
  return {
    samples: [
      exactly('losses that were missed', cell, lacking(lost, countedKeys) + (lost.size === 0 ? 1 : 0)),
      exactly('losses that were invented', cell, lacking(countedKeys, lost)),
      exactly('losses under another name', cell, counted.filter(({ outcome }) => outcome !== name).length),
      exactly('answers that were missed or invented', cell, lacking(answered, okay) + lacking(okay, answered)),
    ],
    verdicts: [],
  }
}

const writesPerSecond = 100

/** So many acknowledged writes are never stored, and others are stored without an acknowledgement. */
export async function forgottenWrites(folder: string, count: number): Promise<Found> {
  const forMs = 2_500
  const among = (forMs / 1_000) * writesPerSecond * 0.9
  const found = await measured({ folder, plan: { ...(count === 0 ? {} : { forget: { count, among } }), storeUnanswered: { every: 23 } } }, async ({ traffic, record, clock }) => {
    const load = traffic.start({ name: 'writes', ratePerSecond: writesPerSecond, operations: ['write'], via: 'balancer', connections: 'fresh', durationMaxMs: forMs })
    await load.finished()
    const phases = ['issued', 'acknowledged', 'witnessed'] as const
    for (const phase of phases) record({ kind: 'intervention', id: 1, name: 'kill', target: instance, label: 'crash-1', phase, atMs: clock() })
    await traffic.reconcile({ load: 'reconcile', convergenceMs: 300 })
  })
  const cell = `${count} forgotten`
  const forgotten = new Set(truthsOf(found, 'forgotten').map(({ key }) => key))
  const unanswered = new Set(truthsOf(found, 'stored-unanswered').map(({ key }) => key))
  const entries = ledgerOf(found.history, { writes: 'writes', reads: 'reconcile' })
  const keysIn = (state: string): ReadonlySet<string> => new Set(entries.filter((one) => one.state === state).map(({ key }) => key))
  const finding = noAcknowledgedWriteIsLost.evaluate(found.history, { kills: 1, acked_last_second_min: 20, lost_max: 0, unexpected_max: 0 })
  const reported = finding.evidence.find(({ note }) => note.includes('acknowledged and lost'))?.measured ?? 0
  return {
    samples: [
      exactly('forgotten writes that were missed', cell, lacking(forgotten, keysIn('lost')) + (forgotten.size === 0 && count > 0 ? 1 : 0)),
      exactly('forgotten writes that were invented', cell, lacking(keysIn('lost'), forgotten)),
      exactly('forgotten writes, difference to what START-05 reports', cell, Math.abs(reported - forgotten.size)),
      exactly('writes stored without an answer, not seen as such', cell, lacking(unanswered, keysIn('recovered')) + lacking(keysIn('recovered'), unanswered)),
    ],
    verdicts: [{ check: 'START-05', cell, ...said(finding), expected: count === 0 ? 'passed' : 'failed', timed: false }],
  }
}

export interface EffectsCell {
  readonly twiceEvery?: number
  readonly neverEvery?: number
}
const witnesses = 12

/** Work that is caught in flight, of which some has its effect twice and some never. */
export async function effects(folder: string, plan: EffectsCell): Promise<Found> {
  const found = await measured({ folder, plan: { effects: plan } }, async ({ traffic, record, clock }) => {
    const group = await traffic.witnesses({ group: 'drain-1', instance, count: witnesses })
    for (const phase of ['issued', 'acknowledged'] as const) record({ kind: 'intervention', id: 1, name: 'drain', target: instance, label: 'drain-1', phase, atMs: clock() })
    await group.ended(10_000)
    await group.lookUpEffects()
    await pause(1)
  })
  const issuedAtMs = [...found.history.events()].find((event) => event.kind === 'intervention')
  if (issuedAtMs?.kind !== 'intervention') throw new Error('the drain was not recorded')
  const requests = witnessRequests(found.history)
  const intervention = { id: 1, name: 'drain', target: instance, label: 'drain-1', issuedAtMs: issuedAtMs.atMs, acknowledgedAtMs: issuedAtMs.atMs, witnessedAtMs: undefined, undoneAtMs: undefined, witness: undefined, error: undefined, detail: {} }
  const across = witnessesAcross({ history: found.history, requests, intervention, begunByMs: issuedAtMs.atMs })
  const spanning = new Set(across.spanning.map(({ key }) => key ?? ''))
  const truth = (wanted: (count: number) => boolean): ReadonlySet<string> => new Set(truthsOf(found, 'effects').filter(({ key, count }) => spanning.has(key) && wanted(count)).map(({ key }) => key))
  const keys = (of: readonly { readonly key?: string }[]): ReadonlySet<string> => new Set(of.map(({ key }) => key ?? ''))
  const [twice, never] = [truth((count) => count > 1), truth((count) => count === 0)]
  const cell = plan.twiceEvery === undefined && plan.neverEvery === undefined ? 'each once' : `${plan.twiceEvery === undefined ? '' : `every ${plan.twiceEvery}th twice `}${plan.neverEvery === undefined ? '' : `every ${plan.neverEvery}th never`}`.trim()
  return {
    samples: [
      exactly('duplicated effects that were missed', cell, lacking(twice, keys(across.duplicated))),
      exactly('duplicated effects that were invented', cell, lacking(keys(across.duplicated), twice)),
      exactly('missing effects that were missed or invented', cell, lacking(never, keys(across.unapplied)) + lacking(keys(across.unapplied), never)),
      exactly('work in flight that no effect could be told of', cell, across.unread + across.lost.length + witnesses - spanning.size),
    ],
    verdicts: [],
  }
}
