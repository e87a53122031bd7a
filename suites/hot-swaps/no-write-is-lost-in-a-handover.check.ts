import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { believedUnlessDisturbed, isCalm } from '../../core/checks/calm.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History, RequestEvent, RequestOutcome } from '../../core/history.js'
import { acknowledged, ledgerOf, whyUnread } from '../../core/ledger.js'
import { factOf, harnessHealth, interventionsOf, numberFact, observationsOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { handoverObservation, promoteName, readBackLoad as reads, writeLoad, type HandoverEdge } from './names.js'
import { startsIn } from './swap-record.js'


const stallMsMax = 2_000
/** No answer of the service: whoever wrote does not know what became of it. */
const silent: ReadonlySet<RequestOutcome> = new Set<RequestOutcome>(['timeout', 'closed-in-flight', 'reset-in-flight', 'truncated'])

/** SWAP-03: a planned handover of the primary loses no acknowledged write, and writes are refused only for a short time and in words. */
export const noWriteIsLostInAHandover: Check = {
  id: 'no-write-is-lost-in-a-handover',
  requirement: 'SWAP-03',
  evaluate(history, thresholds) {
    const handovers = handoversOf(history)
    const writes = requestsOf(history, writeLoad)
    if (handovers.length === 0) return inconclusive('no handover was made')
    const lost = ledgerOf(history, { writes: writeLoad, reads }).filter(({ state }) => state === 'lost')
    if (lost.length > numberThreshold(thresholds, 'lost_max') && handovers.some(({ led }) => led)) {
      return failed(`${counted(lost.length, 'acknowledged write')} lost over ${counted(handovers.length, 'handover')}`, [
        { note: 'acknowledged writes that a strong read did not find', measured: lost.length, allowed: numberThreshold(thresholds, 'lost_max'), unit: 'count', requests: lost.flatMap(({ requests }) => requests).slice(0, evidenceRequestsMax) },
      ])
    }
    const judged = handovers.map((one) => judgeHandover(history, one, { writes, thresholds }))
    const decisive = judged.find(({ outcome }) => outcome === 'failed') ?? judged.find(({ outcome }) => outcome === 'inconclusive')
    return decisive ?? enough(history, { handovers, judged, thresholds })
  },
}

interface RecordedHandover {
  readonly number: string
  readonly from: string
  readonly to: string
  readonly beginMs: number
  /** The name of the primary was led to the new one. */
  readonly led: boolean
  readonly fencedMs: number | undefined
  readonly endMs: number
  readonly promoted: boolean
  readonly error: string | undefined
  /** When another process was seen in the old primary's place: from here on nobody else can have acknowledged. */
  readonly goneMs: number | undefined
}

function handoversOf(history: History): RecordedHandover[] {
  const events = observationsOf(history, handoverObservation)
  const numbers = [...new Set(events.map((event) => event.target))]
  return numbers.flatMap((number) => {
    const edges = new Map(events.filter((event) => event.target === number).map((event) => [(event.value as HandoverEdge).edge, event]))
    const begin = edges.get('begin')
    const end = edges.get('end')
    if (begin === undefined || end === undefined) return []
    const { from, to } = begin.value as HandoverEdge
    const promotion = interventionsOf(history, promoteName, `handover ${number}`)[0]
    const rejoin = interventionsOf(history, 'replace-component', `rejoin ${number}`)[0]
    return [{
      number, from, to,
      beginMs: begin.atMs,
      led: edges.has('led'),
      fencedMs: edges.get('fenced')?.atMs,
      endMs: end.atMs,
      promoted: promotion?.acknowledgedAtMs !== undefined,
      error: promotion?.error,
      goneMs: rejoin?.witnessedAtMs,
    }]
  })
}

function judgeHandover(history: History, one: RecordedHandover, { writes, thresholds }: { readonly writes: readonly RequestEvent[]; readonly thresholds: ThresholdValues }): Finding {
  const { number, from, to, beginMs, endMs, promoted, error, goneMs, fencedMs } = one
  const window = { fromMs: beginMs, toMs: endMs }
  const acks = writes.filter(acknowledged).map(({ endedAtMs }) => endedAtMs).sort((a, b) => a - b)
  const before = acks.filter((atMs) => atMs >= beginMs - 1_000 && atMs < beginMs).length
  const ackedMin = numberThreshold(thresholds, 'acked_last_second_min')
  if (before < ackedMin) return inconclusive(`${counted(before, 'write')} ${before === 1 ? 'was' : 'were'} acknowledged in the last second before handover ${number}, needs ${ackedMin}`)
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const limitMs = Math.min(numberThreshold(thresholds, 'write_interruption_s_max') * 1_000, numberFact(history, 'write-interruption-ms') ?? Infinity)
  const gapMs = longestGapMs(acks.filter((atMs) => atMs >= beginMs - 1_000 && atMs <= endMs), endMs)
  const unanswered = writes.filter((write) => write.plannedAtMs >= beginMs && write.plannedAtMs <= endMs && silent.has(write.outcome))
  const starts = startsIn(history, instances, window)
  // The last write before the interruption and the first one after it may have been due just inside, and a stall of ours widens both ends.
  const blurMs = 2 * intervalMs(writes) + harnessHealth(history, window).stallMsMax
  const problemOf = (withoutAnswer: readonly RequestEvent[]): string | undefined =>
    (promoted ? undefined : `the handover from ${from} to ${to} could not be carried out: ${error ?? 'no answer'}`) ??
    (gapMs - blurMs > limitMs ? `no write was acknowledged for ${spanned(gapMs)} in handover ${number}` : undefined) ??
    (withoutAnswer.length > numberThreshold(thresholds, 'unanswered_max') ? `${counted(withoutAnswer.length, 'write')} got no answer in handover ${number}` : undefined) ??
    (starts.length > 0 ? `${listed(starts)} restarted in handover ${number}` : undefined)
  const gapEvidence = (withoutAnswer: readonly RequestEvent[]): Evidence => ({ note: `handover ${number} from ${from} to ${to}: longest time without an acknowledged write`, measured: Math.round(gapMs), allowed: limitMs, unit: 'ms', ...(withoutAnswer.length === 0 ? {} : { requests: withoutAnswer.slice(0, evidenceRequestsMax).map(({ id }) => id) }) })
  const certain: Evidence = { note: `handover ${number}: of that for certain, as writes come every ${Math.round(intervalMs(writes))} ms`, measured: Math.max(0, Math.round(gapMs - blurMs)), allowed: limitMs, unit: 'ms' }
  const judge = (withoutAnswer: readonly RequestEvent[]): Finding => {
    const problem = problemOf(withoutAnswer)
    return problem === undefined ? passed('') : failed(problem, [gapEvidence(withoutAnswer), certain])
  }
  const finding = believedUnlessDisturbed(judge(unanswered), history, { window, stallMsMax, calmly: (spans) => judge(unanswered.filter(isCalm(spans))) })
  if (finding.outcome !== 'passed') return finding
  const evidence = gapEvidence(unanswered)
  if (gapMs > limitMs) return inconclusive(`no write was acknowledged for ${spanned(gapMs)} in handover ${number}, which cannot be told from ${spanned(limitMs)}: it is known to ${Math.ceil(blurMs)} ms`, [evidence, certain])
  if (goneMs === undefined || fencedMs === undefined) return inconclusive(`the change of roles in handover ${number} was not witnessed: ${from} was not seen to be replaced`, [evidence])
  const after = acks.filter((atMs) => atMs > goneMs && atMs <= endMs).length
  if (after < ackedMin) return inconclusive(`${counted(after, 'write')} ${after === 1 ? 'was' : 'were'} acknowledged after the old primary was gone in handover ${number}, needs ${ackedMin}`, [evidence])
  return passed(`${from} to ${to} with ${spanned(gapMs)} without an acknowledged write`, [evidence, certain])
}

/** How far apart the writes were planned, on average. */
function intervalMs(writes: readonly RequestEvent[]): number {
  const [first, last] = [writes[0]?.plannedAtMs ?? 0, writes.at(-1)?.plannedAtMs ?? 0]
  return writes.length < 2 ? 0 : Math.abs(last - first) / (writes.length - 1)
}

/** Also the span from the last one to the end. */
function longestGapMs(acks: readonly number[], endMs: number): number {
  return [...acks, endMs].reduce(({ longest, last }, atMs) => ({ longest: last === undefined ? longest : Math.max(longest, atMs - last), last: atMs }), { longest: 0, last: undefined as number | undefined }).longest
}

function enough(history: History, { handovers, judged, thresholds }: { readonly handovers: readonly RecordedHandover[]; readonly judged: readonly Finding[]; readonly thresholds: ThresholdValues }): Finding {
  const needed = numberThreshold(thresholds, 'handovers')
  if (handovers.length < needed) return inconclusive(`${counted(handovers.length, 'handover')} ${handovers.length === 1 ? 'was' : 'were'} made, needs ${needed}`)
  const ledger = ledgerOf(history, { writes: writeLoad, reads })
  const stable = ledger.filter(({ state }) => state === 'stable').length
  const unread = ledger.filter(({ state }) => state === 'unread').length
  if (unread > 0) return inconclusive(`${counted(unread, 'acknowledged write')} could not be read back${whyUnread(history, reads)}`)
  if (stable === 0) return inconclusive('no acknowledged write was read back')
  return passed(`none of ${stable} acknowledged writes was lost over ${counted(handovers.length, 'handover')}: ${judged.map(({ summary }) => summary).join('; ')}`, judged.flatMap(({ evidence }) => evidence), { strength: strengthOf(stable) })
}
