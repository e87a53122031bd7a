import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { starvedMachine } from '../../core/checks/starved-machine.js'
import { counted, listed } from '../../core/checks/counted.js'
import { judgeQuantile, quantileName } from '../../core/checks/quantile-limit.js'
import { greatestOf } from '../../core/extremes.js'
import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { countsAsLost, disturbedHarness, factOf, interventionsOf, observationsOf, requestsOf, type Window } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import type { LogLines } from '../../core/scenario.js'
import { isProblem, readLine } from './log-line.js'
import { levelIntervention, levelsFact, logsFact, spanLoads, spanReadings, type LevelsFact, type LogsFact } from './names.js'

type Span = keyof typeof spanLoads
/** With fewer requests than this a quantile as high as p99 cannot be told. */
const manyRequests = 1_000
const stallMsMax = 500

/** DBUG-02: debug output of one module is switched on and off while the service runs, and nothing else changes. */
export const debugIsSwitchedForOneModule: Check = {
  id: 'debug-is-switched-for-one-module',
  requirement: 'DBUG-02',
  evaluate(history, thresholds) {
    const logs = factOf(history, logsFact) as LogsFact | undefined
    const levels = factOf(history, levelsFact) as LevelsFact | undefined
    if (logs === undefined || levels === undefined) return inconclusive('no level was switched')
    const refused = interventionsOf(history, levelIntervention).find(({ acknowledgedAtMs }) => acknowledgedAtMs === undefined)
    if (refused !== undefined) return failed(`${refused.target} refused to switch the level of ${levels.module}: ${refused.error ?? ''}`)
    const counts = { usual: countsOf(history, 'usual', logs, levels), debug: countsOf(history, 'debug', logs, levels), after: countsOf(history, 'after', logs, levels) }
    const unread = Object.entries(counts).find(([, count]) => count === undefined)
    if (unread !== undefined) return inconclusive(`the log of the span ${unread[0]} could not be read to its end`)
    const { usual, debug, after } = counts as Record<Span, Counts>
    const evidence = levels.modules.map((module): Evidence => ({ note: `debug lines of ${module}: ${usual.of(module)} as usual, ${debug.of(module)} while ${levels.module} was set to debug, ${after.of(module)} after`, measured: debug.of(module), unit: 'count' }))
    return judge(history, thresholds, { levels, counts: { usual, debug, after }, evidence })
  },
}

interface Counts {
  /** Debug lines of a module. */
  of(module: string): number
  readonly modules: readonly string[]
  /** Debug lines that name no module. */
  readonly nameless: number
}
function countsOf(history: History, span: Span, { instances, fields }: LogsFact, { debug }: LevelsFact): Counts | undefined {
  const byModule = new Map<string, number>()
  let nameless = 0
  for (const instance of instances) {
    const reading = observationsOf(history, spanReadings[span], instance).at(-1)?.value as LogLines | undefined
    if (reading === undefined || !reading.complete) return undefined
    for (const text of reading.lines) {
      const line = readLine(text, fields)
      if (isProblem(line) || line.level.toLowerCase() !== debug.toLowerCase()) continue
      if (line.module === undefined) nameless += 1
      else byModule.set(line.module, (byModule.get(line.module) ?? 0) + 1)
    }
  }
  return { of: (module) => byModule.get(module) ?? 0, modules: [...byModule.keys()], nameless }
}

/** What writes debug lines anyway writes more in one span than in another: three standard deviations of the difference of two counts. */
const chanceMax = (lines: number): number => 3 * Math.sqrt(lines)

interface Judged {
  readonly levels: LevelsFact
  readonly counts: Readonly<Record<Span, Counts>>
  readonly evidence: readonly Evidence[]
}
function judge(history: History, thresholds: ThresholdValues, { levels: { module }, counts: { usual, debug, after }, evidence }: Judged): Finding {
  const of = (key: string): number => numberThreshold(thresholds, key)
  const risen = debug.modules.filter((one) => one !== module && debug.of(one) - usual.of(one) > of('other_modules_increase_max'))
  const louder = risen.filter((one) => usual.of(one) === 0 || debug.of(one) - usual.of(one) > chanceMax(usual.of(one) + debug.of(one)))
  if (louder.length > 0) return failed(`debug output of ${module} also switched on that of ${listed(louder)}`, evidence)
  if (risen.length > 0) return inconclusive(`${listed(risen)} wrote debug lines before as well, and more of them while ${module} was set to debug`, evidence)
  if (debug.nameless > usual.nameless) return inconclusive(`${debug.nameless} debug lines name no module, so that nobody can tell whose they are`, evidence)
  if (usual.of(module) > 0) return inconclusive(`${module} wrote ${usual.of(module)} debug lines before it was set to debug, so that nothing shows the switch`, evidence)
  const requests = requestsOf(history, spanLoads.debug)
  if (requests.length < of('a_debug_lines_min')) return inconclusive(`${counted(requests.length, 'request')} were sent while ${module} was set to debug, needs ${of('a_debug_lines_min')}`, evidence)
  if (debug.of(module) < of('a_debug_lines_min')) return failed(`${module} wrote ${counted(debug.of(module), 'debug line')} in ${counted(requests.length, 'request')} while it was set to debug, needs ${of('a_debug_lines_min')}`, evidence)
  if (after.of(module) > 0) return failed(`${module} wrote ${counted(after.of(module), 'debug line')} after it was switched back`, evidence)
  const harm = harmDone(history, thresholds)
  if (harm !== undefined) return { ...harm, evidence: [...evidence, ...harm.evidence] }
  return passed(`debug output was switched on for ${module} alone (${counted(debug.of(module), 'line')}), and off again, without a restart`, evidence)
}

/** Restarts, lost requests and latency while the module was talkative, against the span before. */
function harmDone(history: History, thresholds: ThresholdValues): Finding | undefined {
  const usual = requestsOf(history, spanLoads.usual)
  const during = requestsOf(history, spanLoads.debug)
  const first = usual[0]?.plannedAtMs ?? 0
  const window: Window = { fromMs: during[0]?.plannedAtMs ?? first, toMs: greatestOf(during.map(({ endedAtMs }) => endedAtMs)) }
  const end = Math.max(window.toMs, greatestOf(requestsOf(history, spanLoads.after).map(({ endedAtMs }) => endedAtMs)))
  const instances = (factOf(history, logsFact) as LogsFact).instances
  const exits = [...eventsOf(history, 'platform')].filter(({ name, target, atMs }) => name === 'process-exited' && instances.includes(target) && atMs >= first && atMs <= end)
  if (exits.length > numberThreshold(thresholds, 'restarts_max')) return failed(`${listed([...new Set(exits.map(({ target }) => target))])} ended while levels were switched`)
  const lost = during.filter(countsAsLost)
  if (lost.length > 0) return starvedMachine(history, window, stallMsMax) ?? failed(`${lost.length} of ${counted(during.length, 'request')} failed while a module was set to debug`)
  return latency(history, thresholds, { usual, during, window })
}

const tookMs = (request: RequestEvent): number => (countsAsLost(request) ? Infinity : request.endedAtMs - request.plannedAtMs)

interface Compared {
  readonly usual: readonly RequestEvent[]
  readonly during: readonly RequestEvent[]
  readonly window: Window
}
function latency(history: History, thresholds: ThresholdValues, { usual, during, window }: Compared): Finding | undefined {
  const quantile = Math.min(usual.length, during.length) >= manyRequests ? 0.99 : 0.9
  const usualMs = judgeQuantile({ values: usual.map(tookMs), quantile, limit: 0 }).estimate
  if (usualMs === undefined || !Number.isFinite(usualMs)) return inconclusive('nothing was answered before the level was switched, so that no latency is usual')
  const limit = usualMs * numberThreshold(thresholds, 'p99_factor_max') + numberThreshold(thresholds, 'p99_slack_ms')
  const found = judgeQuantile({ values: during.map(tookMs), quantile, limit })
  const evidence: Evidence[] = [{ note: `${quantileName(quantile)} of latency while a module was set to debug; ${Math.round(usualMs)} ms before`, measured: Math.round(found.estimate ?? 0), allowed: Math.round(limit), unit: 'ms' }]
  if (found.verdict === 'below') return undefined
  const text = `${found.above} of ${counted(found.n, 'request')} took longer than ${Math.round(limit)} ms while a module was set to debug`
  const disturbed = disturbedHarness(history, window, Math.min(stallMsMax, limit))
  if (found.verdict === 'undecided') return disturbed ?? inconclusive(`${text}: neither few nor many enough to tell ${quantileName(quantile)}`, evidence)
  return disturbed ?? failed(text, evidence)
}
