import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { believedUnlessDisturbed, isCalm } from '../../core/checks/calm.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, isUnserved, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import type { EdgeTraffic } from '../../core/scenario.js'
import { edgeObservation, swapLoad } from './names.js'
import { startsIn, succeeds, swapsOf, touching, type SwapRecord } from './swap-record.js'

const requestsMin = 25
const stallMsMax = 5_000

/** SWAP-02: a component that comes back at another address is in use there in time, and requests succeed, without a restart. */
export const newAddressesAreFound: Check = {
  id: 'new-addresses-are-found',
  requirement: 'SWAP-02',
  evaluate(history, thresholds) {
    const moves = swapsOf(history, ['move'])
    if (moves.length === 0) return inconclusive('no component was moved to another address')
    const findings = moves.map((move) => judgeMove(history, move, thresholds))
    const decisive = findings.find(({ outcome }) => outcome === 'failed') ?? findings.find(({ outcome }) => outcome === 'inconclusive')
    return decisive ?? passed(`${counted(moves.length, 'component')} moved and ${moves.length === 1 ? 'was' : 'were'} found: ${findings.map(({ summary }) => summary).join('; ')}`, findings.flatMap(({ evidence }) => evidence))
  },
}

function judgeMove(history: History, move: SwapRecord, thresholds: ThresholdValues): Finding {
  const { name, exchange, beginMs, endMs } = move
  const { addressBefore, addressAfter } = (exchange?.detail ?? {}) as { readonly addressBefore?: string; readonly addressAfter?: string }
  const acknowledgedAtMs = exchange?.acknowledgedAtMs
  if (exchange?.witnessedAtMs === undefined || acknowledgedAtMs === undefined) return inconclusive(`the move of ${name} was not witnessed`)
  if (addressBefore === undefined || addressBefore === addressAfter) return inconclusive(`${name} is at the same address as before: ${addressBefore ?? 'not known'}`)
  const usage = usageOf(history, move, acknowledgedAtMs)
  if (typeof usage === 'string') return inconclusive(usage)
  const limitMs = numberThreshold(thresholds, 'follow_within_s') * 1_000
  const evidence: Evidence[] = [{ note: `${name}: first bytes at ${addressAfter ?? ''} after the move`, ...(usage.foundMs === undefined ? {} : { measured: Math.round(usage.foundMs) }), allowed: limitMs, unit: 'ms' }]
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const starts = startsIn(history, instances, { fromMs: beginMs, toMs: endMs })
  const restarted = starts.length > numberThreshold(thresholds, 'service_restarts_max') ? `${listed(starts)} restarted while ${name} moved` : undefined
  const late = afterwards(history, move, acknowledgedAtMs + limitMs).filter((one) => one.plannedAtMs >= acknowledgedAtMs + limitMs && isUnserved(one))
  const judge = (failing: readonly RequestEvent[]): Finding => {
    const problem = addressProblem(name, usage, limitMs) ?? (failing.length === 0 ? undefined : `${counted(failing.length, 'request')} failed after ${name} should have been found`) ?? restarted
    return problem === undefined ? passed('') : failed(problem, evidence)
  }
  const finding = believedUnlessDisturbed(judge(late), history, { window: { fromMs: beginMs, toMs: endMs }, stallMsMax, calmly: (spans) => judge(late.filter(isCalm(spans))) })
  if (finding.outcome !== 'passed') return finding
  if (usage.foundMs === undefined) return inconclusive(`${name} was watched at its new address for ${spanned(usage.watchedMs)} of ${spanned(limitMs)}`, evidence)
  if (!move.settled) return inconclusive(`requests still failed when ${name} was watched no longer`, evidence)
  const served = afterwards(history, move, acknowledgedAtMs).filter(succeeds).length
  if (served < requestsMin) return inconclusive(`${counted(served, 'request')} succeeded after the move of ${name}, needs ${requestsMin}`, evidence)
  return passed(`${name} from ${addressBefore} to ${addressAfter}, used after ${spanned(usage.foundMs)}`, evidence)
}

interface Usage {
  /** From the move to the first bytes on new connections under its name; undefined: none came. */
  readonly foundMs: number | undefined
  readonly watchedMs: number
}

/** Without bytes before the move, none afterwards would say nothing. */
function usageOf(history: History, { name, beginMs, endMs }: SwapRecord, movedAtMs: number): Usage | string {
  const readings = observationsOf(history, edgeObservation, name)
    .filter((event) => event.atMs >= beginMs && event.atMs <= endMs)
    .map((event) => ({ ...(event.value as EdgeTraffic), atMs: event.atMs }))
  const before = readings.filter((one) => one.atMs < movedAtMs)
  if ((before.at(-1)?.bytes ?? 0) <= (before[0]?.bytes ?? 0)) return `${name} was not in use before it moved: no bytes on its connections`
  const [moved, ...later] = readings.filter((one) => one.atMs >= movedAtMs)
  if (moved === undefined) return `the connections to ${name} were not read after it moved`
  const found = later.find((one) => one.bytes > moved.bytes && one.connections > before.at(-1)!.connections)
  return { foundMs: found === undefined ? undefined : found.atMs - movedAtMs, watchedMs: (later.at(-1)?.atMs ?? movedAtMs) - movedAtMs }
}

function addressProblem(name: string, { foundMs, watchedMs }: Usage, limitMs: number): string | undefined {
  if (foundMs === undefined) return watchedMs < 0.98 * limitMs ? undefined : `${name} was not used at its new address in ${spanned(watchedMs)}`
  return foundMs > limitMs ? `${name} was used at its new address only after ${spanned(foundMs)}` : undefined
}

const afterwards = (history: History, { endMs }: SwapRecord, fromMs: number): RequestEvent[] =>
  touching(requestsOf(history, swapLoad), { fromMs, toMs: endMs }).filter(({ outcome }) => outcome !== 'cancelled')
