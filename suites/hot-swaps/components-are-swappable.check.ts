import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { believedUnlessDisturbed, isCalm } from '../../core/checks/calm.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, isUnserved, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { componentsFact, swapLoad, type ComponentFact } from './names.js'
import { startsIn, succeeds, swapsOf, touching, type SwapRecord } from './swap-record.js'

const requestsMin = 25
const stallMsMax = 1_000
const stepMs = 250

/** SWAP-01: no component, replaced under load, takes the service down, and what can be done without costs nothing at all. */
export const componentsAreSwappable: Check = {
  id: 'components-are-swappable',
  requirement: 'SWAP-01',
  evaluate(history, thresholds) {
    const components = (factOf(history, componentsFact) as readonly ComponentFact[] | undefined) ?? []
    const swaps = swapsOf(history, ['component', 'replica'])
    const load = requestsOf(history, swapLoad)
    const judged = swaps.map((swap) => judgeSwap(history, { swap, load, components, thresholds }))
    const bad = judged.find(({ outcome }) => outcome === 'failed')
    if (bad !== undefined) return bad
    const unclear = judged.find(({ outcome }) => outcome !== 'passed')
    if (unclear !== undefined) return unclear
    const names = swaps.map(({ name }) => name)
    const missing = components.filter(({ name }) => !names.includes(name)).map(({ name }) => name)
    if (components.length === 0) return inconclusive('no component is known')
    if (missing.length > 0) return inconclusive(`${listed(missing)} was not replaced`)
    if (!swaps.some(({ kind }) => kind === 'replica')) return inconclusive('no replica was replaced')
    const served = swaps.reduce((sum, swap) => sum + windowed(load, swap).filter(succeeds).length, 0)
    return passed(`${listed(names)} were replaced one at a time without an outage: ${judged.map(({ summary }) => summary).join('; ')}`, judged.flatMap(({ evidence }) => evidence), { strength: strengthOf(served) })
  },
}

const windowOf = ({ beginMs, endMs }: SwapRecord): Window => ({ fromMs: beginMs, toMs: endMs })
const windowed = (load: readonly RequestEvent[], swap: SwapRecord): RequestEvent[] => touching(load, windowOf(swap)).filter(({ outcome }) => outcome !== 'cancelled')

interface Question {
  readonly swap: SwapRecord
  readonly load: readonly RequestEvent[]
  readonly components: readonly ComponentFact[]
  readonly thresholds: ThresholdValues
}

function judgeSwap(history: History, { swap, load, components, thresholds }: Question): Finding {
  const { name, kind, exchange } = swap
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  if (exchange?.witnessedAtMs === undefined) return inconclusive(`the replacement of ${name} was not witnessed${exchange?.error === undefined ? '' : `: ${exchange.error}`}`)
  const requests = windowed(load, swap)
  const lostIn = (some: readonly RequestEvent[]): RequestEvent[] => windowed(some, swap).filter(isUnserved)
  const isSoft = kind === 'component' && components.some((one) => one.name === name && !one.hard)
  const problemOf = (some: readonly RequestEvent[]): string | undefined =>
    outage(some, swap, thresholds) ??
    lossProblem(swap, { lost: lostIn(some), isSoft, thresholds }) ??
    settleProblem(swap, thresholds) ??
    restartProblem(startsIn(history, instances.filter((one) => one !== name), windowOf(swap)), name, numberThreshold(thresholds, 'service_restarts_max'))
  const evidenceOf = (lost: readonly RequestEvent[]): Evidence => ({ note: `${name}: requests that failed around its replacement`, measured: lost.length, unit: 'requests', ...(lost.length === 0 ? {} : { requests: lost.slice(0, evidenceRequestsMax).map(({ id }) => id) }) })
  const judge = (some: readonly RequestEvent[]): Finding => {
    const problem = problemOf(some)
    return problem === undefined ? passed('') : failed(problem, [evidenceOf(lostIn(some))])
  }
  const finding = believedUnlessDisturbed(judge(load), history, { window: windowOf(swap), stallMsMax, calmly: (spans) => judge(load.filter(isCalm(spans))) })
  if (finding.outcome !== 'passed') return finding
  const lost = lostIn(load)
  const evidence = evidenceOf(lost)
  if (!swap.settled) return inconclusive(`traffic was not clean again after ${name} was replaced, and was not watched long enough`, [evidence])
  const served = requests.filter(succeeds).length
  if (served < requestsMin) return inconclusive(`${counted(served, 'request')} succeeded around the replacement of ${name}, needs ${requestsMin}`, [evidence])
  return passed(`${name} cost ${counted(lost.length, 'request')} of ${requests.length}`, [evidence])
}

/** Any span of some seconds in which fewer than half of all requests succeed. */
function outage(load: readonly RequestEvent[], { name, beginMs, endMs }: SwapRecord, thresholds: ThresholdValues): string | undefined {
  const spanMs = numberThreshold(thresholds, 'outage_window_s') * 1_000
  const successMin = numberThreshold(thresholds, 'outage_success_min')
  for (let fromMs = beginMs - spanMs; fromMs <= endMs; fromMs += stepMs) {
    const inSpan = load.filter((one) => one.plannedAtMs >= fromMs && one.plannedAtMs < fromMs + spanMs && one.outcome !== 'cancelled')
    const good = inSpan.filter(succeeds).length
    if (inSpan.length >= requestsMin && good < successMin * inSpan.length) {
      return `overall outage while ${name} was replaced: ${good} of ${inSpan.length} requests succeeded in ${spanned(spanMs)}`
    }
  }
  return undefined
}

function lossProblem({ name, kind, beginMs }: SwapRecord, given: { readonly lost: readonly RequestEvent[]; readonly isSoft: boolean; readonly thresholds: ThresholdValues }): string | undefined {
  const { lost, isSoft, thresholds } = given
  if (isSoft) {
    const most = numberThreshold(thresholds, 'soft_component_failed_max')
    return lost.length <= most ? undefined : `${counted(lost.length, 'request')} failed while ${name} was replaced, which the service can do without`
  }
  const limitMs = numberThreshold(thresholds, 'hard_component_interruption_s') * 1_000
  const lastMs = lost.reduce((latest, one) => Math.max(latest, one.plannedAtMs), 0)
  if (kind !== 'component' || lastMs - beginMs <= limitMs) return undefined
  return `requests still failed ${spanned(lastMs - beginMs)} after the replacement of ${name} had begun`
}

function settleProblem({ name, settled, exchange, endMs }: SwapRecord, thresholds: ThresholdValues): string | undefined {
  const limitMs = numberThreshold(thresholds, 'settle_within_s') * 1_000
  const watchedMs = endMs - (exchange?.acknowledgedAtMs ?? endMs)
  return settled || watchedMs < limitMs ? undefined : `requests still failed ${spanned(watchedMs)} after ${name} had been replaced`
}

const restartProblem = (starts: readonly string[], name: string, most: number): string | undefined =>
  starts.length <= most ? undefined : `${listed(starts)} restarted while ${name} was replaced`
