import { failed, inconclusive, passed, strengthOf, type Check, type Evidence } from '../../core/check.js'
import { listed } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { whyFindingProvesNothing } from '../../core/never-written.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { disturbances, isCalm } from '../../core/checks/calm.js'
import { whyResumingProvesNothing } from '../redundancy/never-opened.js'
import { pairLoad, type PairKind, type PairObservation } from '../redundancy/replica-pairs.js'
import { failureEvidence } from './failed-requests.js'
import { labels } from './names.js'
import { rollOutSpan } from './roll-out-span.js'

/** Records and sessions begun on a replica of one release are continued on one of the other, both ways. */
export const oldAndNewWorkTogether: Check = {
  id: 'old-and-new-work-together',
  requirement: 'UPGR-03',
  evaluate(history, thresholds) {
    const sides = sidesOf(history)
    if (typeof sides === 'string') return inconclusive(sides)
    const observed = observationsOf(history, 'pair').map((event) => event.value as PairObservation)
    const across = observed.filter((one) => one.from !== one.to)
    const failing = across.filter((one) => !one.ok)
    if (failing.length > numberThreshold(thresholds, 'failures_max')) return judgeFailures(history, sides, { observed, failing })
    const session = (factOf(history, 'upgrade') as { readonly session?: boolean }).session === true
    const short = tooFew(observed, { sides, session }, thresholds)
    if (short.length > 0) return inconclusive(listed(short))
    const restarted = sides.find(({ instance }) => bootsOf(history, instance).size > 1)
    if (restarted !== undefined) return inconclusive(`${restarted.instance} was another process at the end of the exchange`)
    const vain = (across.some(({ kind }) => kind === 'record') ? whyFindingProvesNothing(history) : undefined) ?? (across.some(({ kind }) => kind === 'session') ? whyResumingProvesNothing(history) : undefined)
    if (vain !== undefined) return inconclusive(vain)
    const [upgraded, old] = sides
    return passed(
      `${across.length} records and sessions were begun on ${upgraded.instance} (${upgraded.version}) or ${old.instance} (${old.version}) and continued on the other`,
      directions(sides).map(([from, to]) => ({ note: `begun on ${from.version}, continued on ${to.version}`, measured: across.filter((one) => one.from === from.instance).length, unit: 'count' })),
      { strength: strengthOf(across.length) },
    )
  },
}

interface Side {
  readonly instance: string
  readonly version: string
}
type Sides = readonly [upgraded: Side, old: Side]
const directions = ([one, other]: Sides): readonly (readonly [Side, Side])[] => [[one, other], [other, one]]

/** The two replicas and what each said it runs, before and after the exchange; or why there is nothing to judge. */
function sidesOf(history: History): Sides | string {
  const half = rollOutSpan(history, labels.half)
  if (half === undefined) return 'no roll-out was stopped half way'
  if (!half.end.ok) return `the first replica could not be upgraded: ${half.end.error ?? 'no reason given'}`
  const { from, to } = (factOf(history, 'upgrade') ?? {}) as { readonly from?: { readonly reads: string }; readonly to?: { readonly reads: string } }
  const byInstance = new Map<string, Set<string>>()
  for (const { target, value } of observationsOf(history, 'version-half-way')) {
    const { outcome, value: version } = value as ReadValue
    const known = byInstance.get(target) ?? new Set()
    byInstance.set(target, known.add(outcome === 'read' ? String(version) : outcome))
  }
  const saying = (version: string | undefined): Side | undefined => {
    for (const [instance, said] of byInstance) if (version !== undefined && said.size === 1 && said.has(version)) return { instance, version }
    return undefined
  }
  const [upgraded, old] = [saying(to?.reads), saying(from?.reads)]
  if (upgraded !== undefined && old !== undefined) return [upgraded, old]
  const said = [...byInstance].map(([instance, versions]) => `${instance} said ${[...versions].join(', then ')}`)
  return `no two replicas of different releases ran side by side: ${said.join('; ') || 'no version was read'}`
}

const bootsOf = (history: History, instance: string): ReadonlySet<string> =>
  new Set(observationsOf(history, 'version-half-way', instance).flatMap(({ value }) => (value as ReadValue).boot ?? []))

function judgeFailures(history: History, sides: Sides, { observed, failing }: { readonly observed: readonly PairObservation[]; readonly failing: readonly PairObservation[] }) {
  const control = (kind: PairKind): readonly PairObservation[] => observed.filter((one) => one.from === one.to && one.kind === kind)
  // What does not even work on one and the same replica says nothing about the mixture.
  const charged = failing.filter((one) => control(one.kind).some((same) => same.ok))
  const firm = charged.filter((one) => isFirm(history, one))
  if (firm.length === 0) {
    const [first] = failing
    return inconclusive(charged.length === 0 ? `a ${first?.kind} does not work on one and the same replica either (${first?.detail})` : `the harness was disturbed while ${charged.length} records and sessions failed`)
  }
  const evidence: Evidence[] = directions(sides).flatMap(([from, to]) => {
    const these = firm.filter((one) => one.from === from.instance)
    if (these.length === 0) return []
    const keys = new Set(these.map((one) => one.key))
    const requests = requestsOf(history).filter((one) => one.load === pairLoad(these[0]!) && keys.has(one.key ?? '') && one.outcome !== 'ok')
    return [failureEvidence(`${these.length} begun on ${from.version} and not continued on ${to.version}, for example ${these[0]!.detail}`, requests)]
  })
  return failed(`${firm.length} records and sessions that one release began could not be continued by the other`, evidence)
}

function isFirm(history: History, one: PairObservation): boolean {
  const last = requestsOf(history).findLast((request: RequestEvent) => request.key === one.key && request.load === pairLoad(one))
  if (last === undefined) return false
  return isCalm(disturbances(history, { fromMs: last.plannedAtMs, toMs: last.endedAtMs }))(last)
}

function tooFew(observed: readonly PairObservation[], { sides, session }: { readonly sides: Sides; readonly session: boolean }, thresholds: ThresholdValues): string[] {
  const kinds: readonly PairKind[] = session ? ['record', 'session'] : ['record']
  return kinds.flatMap((kind) => {
    const needed = numberThreshold(thresholds, `${kind}s_each_way`)
    return directions(sides).flatMap(([from, to]) => {
      const tried = observed.filter((one) => one.kind === kind && one.from === from.instance && one.to === to.instance).length
      return tried < needed ? [`only ${tried} of at least ${needed} ${kind}s were begun on ${from.version} and continued on ${to.version}`] : []
    })
  })
}
