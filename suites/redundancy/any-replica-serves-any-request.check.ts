import { failed, inconclusive, notApplicable, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import type { History, RequestEvent } from '../../core/history.js'
import { whyFindingProvesNothing } from '../../core/never-written.js'
import { factOf, isUnserved, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { disturbances, isCalm } from '../../core/checks/calm.js'
import { whyResumingProvesNothing } from './never-opened.js'
import { pairLoad, pairLoadPrefix, type Pair, type PairKind, type PairObservation } from './replica-pairs.js'
import { outcomesText, requestEvidence } from '../../core/checks/worst-finding.js'

const requirement = 'RDND-01'
export const mixedLoad = 'balancer-without-affinity'

/** What a disturbance of the harness did not touch, from the first request of a pair on: null when there was none. */
function undisturbed(history: History): ((request: RequestEvent) => boolean) | null {
  const ours = requestsOf(history).filter((one) => one.load === mixedLoad || one.load.startsWith(pairLoadPrefix))
  const fromMs = ours.reduce((least, one) => Math.min(least, one.plannedAtMs), Number.POSITIVE_INFINITY)
  const toMs = ours.reduce((most, one) => Math.max(most, one.endedAtMs), Number.NEGATIVE_INFINITY)
  const spans = disturbances(history, { fromMs, toMs })
  return spans.length === 0 ? null : isCalm(spans)
}

/** Failed for certain: the last request of it was answered, and not while the harness was disturbed. */
function firmly(history: History, failing: readonly PairObservation[]): readonly PairObservation[] {
  const usable = undisturbed(history)
  if (usable === null) return failing
  const lastOf = new Map<string, RequestEvent>()
  for (const request of requestsOf(history)) if (request.load.startsWith(pairLoadPrefix)) lastOf.set(`${request.load} ${request.key}`, request)
  return failing.filter((one) => {
    const last = lastOf.get(`${pairLoad(one)} ${one.key}`)
    return last?.status !== undefined && usable(last)
  })
}
const doubtful = (failures: number): Finding => inconclusive(`the harness was disturbed while ${failures} failed`)

interface Matrix {
  readonly instances: readonly string[]
  readonly plan: { readonly reads: readonly string[]; readonly session: boolean } | undefined
  readonly observed: readonly PairObservation[]
}

function matrixOf(history: History, kind?: PairKind): Matrix {
  const observed = observationsOf(history, 'pair').map((event) => event.value as PairObservation)
  return {
    instances: (factOf(history, 'instances') as readonly string[] | undefined) ?? [],
    plan: factOf(history, 'pair-plan') as Matrix['plan'],
    observed: observed.filter((one) => kind === undefined || one.kind === kind),
  }
}

/** Who answered what was sent to the replicas directly. */
function identitiesOf(history: History, instances: readonly string[]): ReadonlySet<string> {
  const direct = requestsOf(history).filter((one) => instances.includes(one.via))
  return new Set(direct.flatMap(({ instance }) => (instance === undefined ? [] : [instance])))
}

/** Why pairs cannot be told apart, or that they were never tried. */
function obstacle(history: History, { instances, plan }: Matrix): string | undefined {
  if (plan === undefined) return 'the pairs of replicas were never tried'
  if (instances.length < 2) return `${instances.length} replica runs, pairs need two`
  const identities = identitiesOf(history, instances)
  const astray = requestsOf(history).filter(({ via, instance }) => instance !== undefined && via !== instance && instances.includes(via) && instances.includes(instance))
  if (astray[0] !== undefined) return `${astray.length} requests were answered by another replica than the one they were sent to (${astray[0].via} by ${astray[0].instance})`
  if (identities.size >= instances.length) return undefined
  return `only ${identities.size} distinct identities were seen in the answers of ${instances.length} replicas`
}

function pairRequests(history: History, pairs: readonly Pair[]): RequestEvent[] {
  const loads = new Set(pairs.map(pairLoad))
  return requestsOf(history).filter((one) => loads.has(one.load) && one.outcome !== 'ok' && one.outcome !== 'degraded')
}

const pairText = ({ from, to }: Pair): string => `${from} to ${to}`
function tallies(observed: readonly PairObservation[]): Map<string, { readonly pair: Pair; n: number; failing: PairObservation[] }> {
  const byPair = new Map<string, { readonly pair: Pair; n: number; failing: PairObservation[] }>()
  for (const one of observed) {
    const tally = byPair.get(pairText(one)) ?? { pair: { from: one.from, to: one.to }, n: 0, failing: [] }
    tally.n += 1
    if (!one.ok) tally.failing.push(one)
    byPair.set(pairText(one), tally)
  }
  return byPair
}

function matrixEvidence(history: History, observed: readonly PairObservation[], kind: PairKind): Evidence[] {
  return [...tallies(observed).values()]
    .filter((tally) => tally.failing.length > 0)
    .map((tally) => {
      const note = `${pairText(tally.pair)}: ${tally.failing.length} of ${tally.n} ${kind}s failed, for example ${tally.failing[0]?.detail}`
      return requestEvidence({ note, measured: tally.failing.length, allowed: 0, unit: 'count' }, pairRequests(history, [tally.pair]))
    })
}

/** Why what was continued of these kinds says nothing. */
const whyVain = (history: History, kinds: ReadonlySet<PairKind>): string | undefined =>
  (kinds.has('record') ? whyFindingProvesNothing(history) : undefined) ?? (kinds.has('session') ? whyResumingProvesNothing(history) : undefined)

function judgePairs(history: History, thresholds: ThresholdValues, kind: PairKind): Finding {
  const matrix = matrixOf(history, kind)
  const blocked = obstacle(history, matrix)
  if (blocked !== undefined) return inconclusive(blocked)
  const controls = matrix.observed.filter((one) => one.from === one.to && one.from !== 'balancer')
  const working = controls.filter((one) => one.ok).length
  if (working === 0) {
    return inconclusive(
      controls.length === 0 ? `no ${kind} was tried on one and the same replica, as a control` : `a ${kind} works on no replica at all, not even on the one it was begun on (${controls[0]?.detail})`,
    )
  }
  const direct = matrix.observed.filter((one) => one.from !== 'balancer')
  const failures = direct.filter((one) => !one.ok)
  const evidence = matrixEvidence(history, direct, kind)
  const failuresMax = numberThreshold(thresholds, 'failures_max')
  if (failures.length > failuresMax) {
    const failing = firmly(history, failures)
    if (failing.length <= failuresMax) return doubtful(failures.length)
    const pairs = [...new Set(failing.map(pairText))]
    return failed(`${failing.length} of ${direct.length} ${kind}s failed, on ${pairs.length} pairs of replicas: ${pairs.join(', ')}`, evidence)
  }
  const short = uncovered(matrix, numberThreshold(thresholds, `${kind}s_per_pair`))
  if (short.length > 0) return inconclusive(`too few ${kind}s on these pairs: ${short.join(', ')}`)
  const vain = whyVain(history, new Set([kind]))
  if (vain !== undefined) return inconclusive(vain)
  const n = direct.length - controls.length
  return passed(`${n} ${kind}s begun on one replica were continued on another, over all ${matrix.instances.length * (matrix.instances.length - 1)} ordered pairs`, evidence, {
    strength: strengthOf(n),
  })
}

/** Ordered pairs that were tried less often than they should. */
function uncovered({ instances, observed }: Matrix, perPair: number): string[] {
  const counts = tallies(observed)
  const pairs = instances.flatMap((from) => instances.filter((to) => to !== from).map((to) => ({ from, to })))
  return pairs.map(pairText).filter((pair) => (counts.get(pair)?.n ?? 0) < perPair)
}

export const pairsShareRecords: Check = {
  id: 'a-record-written-on-any-replica-is-read-on-any-other',
  requirement,
  evaluate(history, thresholds) {
    if (matrixOf(history).plan?.reads.length === 0) return inconclusive('no read of data is declared, so nothing shows that a record is shared')
    return judgePairs(history, thresholds, 'record')
  },
}

export const pairsShareSessions: Check = {
  id: 'a-session-opened-on-any-replica-is-continued-on-any-other',
  requirement,
  evaluate(history, thresholds) {
    if (matrixOf(history).plan?.session === false) return notApplicable('no session is declared')
    return judgePairs(history, thresholds, 'session')
  },
}

export const balancerServesEverything: Check = {
  id: 'any-operation-is-served-through-the-balancer-without-affinity',
  requirement,
  evaluate(history, thresholds) {
    const matrix = matrixOf(history)
    const blocked = obstacle(history, matrix)
    if (blocked !== undefined) return inconclusive(blocked)
    const requests = requestsOf(history, mixedLoad).filter((one) => one.outcome !== 'cancelled')
    const lost = requests.filter((one) => isUnserved(one) || one.outcome === 'reset-idle')
    const works = new Set(matrix.observed.filter((one) => one.from === one.to && one.from !== 'balancer' && one.ok).map((one) => one.kind))
    const sequences = matrix.observed.filter((one) => one.from === 'balancer' && works.has(one.kind))
    const broken = sequences.filter((one) => !one.ok)
    const failuresMax = numberThreshold(thresholds, 'failures_max')
    if (lost.length + broken.length > failuresMax) {
      const failing = { lost: lost.filter(undisturbed(history) ?? (() => true)), broken: firmly(history, broken) }
      if (failing.lost.length + failing.broken.length <= failuresMax) return doubtful(lost.length + broken.length)
      const summary = `without affinity ${failing.lost.length} of ${requests.length} operations and ${failing.broken.length} of ${sequences.length} records and sessions failed through the balancer`
      return failed(summary, balancerEvidence(history, failing))
    }
    const needed = Math.floor(numberThreshold(thresholds, 'balancer_operations') * 0.9)
    if (requests.length < needed) return inconclusive(`${requests.length} operations were sent through the balancer, needs ${needed}`)
    if (sequences.length === 0 && works.size > 0) return inconclusive('no record and no session was tried through the balancer')
    const answering = new Set(requests.map((one) => one.instance))
    const silent = [...identitiesOf(history, matrix.instances)].filter((one) => !answering.has(one))
    if (silent.length > 0) return inconclusive(`no operation through the balancer was answered by ${silent.join(', ')}: that is no balancing without affinity`)
    const vain = whyVain(history, works)
    if (vain !== undefined) return inconclusive(vain)
    return passed(`all ${requests.length} operations and ${sequences.length} records and sessions through the balancer were served, each on a new connection`, [], {
      strength: strengthOf(requests.length),
    })
  },
}

function balancerEvidence(history: History, { lost, broken }: { readonly lost: readonly RequestEvent[]; readonly broken: readonly PairObservation[] }): Evidence[] {
  const mixed: Evidence = { note: `mixed operations through the balancer: ${outcomesText(lost)}`, measured: lost.length, allowed: 0, unit: 'requests' }
  return [
    ...(lost.length === 0 ? [] : [requestEvidence(mixed, lost)]),
    ...(['record', 'session'] as const).flatMap((kind) => matrixEvidence(history, broken.filter((one) => one.kind === kind), kind)),
  ]
}
