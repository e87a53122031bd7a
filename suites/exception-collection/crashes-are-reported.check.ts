import { failed, inconclusive, passed, type Check, type Evidence } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { eventsOf, type History } from '../../core/history.js'
import { factOf, interventionsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { collectedIn, riseBy, type Collected } from './collected.js'
import { collectorReadings, crashIntervention, exceptionsFact, type ExceptionsFact } from './names.js'

/** A process that ends later than this after it was told to was ended by something else. */
const endsWithinMs = 5_000

/** EXCP-02: a process that ended by an exception was reported before or after it came back. */
export const crashesAreReported: Check = {
  id: 'crashes-are-reported',
  requirement: 'EXCP-02',
  evaluate(history, thresholds) {
    const fact = factOf(history, exceptionsFact) as ExceptionsFact | undefined
    const crashes = interventionsOf(history, crashIntervention)
    if (fact === undefined || crashes.length === 0) return inconclusive('no process was made to crash')
    const ended = endedOf(history, crashes)
    if (ended.length < crashes.length) return inconclusive(`${crashes.length - ended.length} of ${counted(crashes.length, 'exception')} did not end the process`)
    const needed = numberThreshold(thresholds, 'crashes')
    if (ended.length < needed) return inconclusive(`${counted(ended.length, 'process', 'processes')} ended by an exception, needs ${needed}`)
    const before = collectedIn(history, collectorReadings.beforeCrashes, fact)
    const after = collectedIn(history, collectorReadings.afterCrashes, fact)
    if (before === undefined || after === undefined) return inconclusive('the list of the collector could not be read')
    // All were made in the same way and are of one type; what else goes wrong while processes come back is no report of them.
    const type = mostRisen(riseBy(before, after, (one) => one.type))
    const ofType = (all: readonly Collected[]): Collected[] => all.filter((one) => one.type === type)
    const rise = new Map([...riseBy(ofType(before), ofType(after), ({ instance }) => instance)].filter(([, count]) => count !== 0))
    const total = [...rise.values()].reduce((sum, one) => sum + one, 0)
    const known = [...rise.keys()].every((name) => name === '' || fact.instances.includes(name))
    const of = (instance: string): number => ended.filter(({ target }) => target === instance).length
    const victims = [...new Set(ended.map(({ target }) => target))]
    const evidence = victims.map((name): Evidence => ({ note: `reports from ${known ? name : 'all instances'} after ${of(name)} crashes of ${name}`, measured: known ? (rise.get(name) ?? 0) : total, allowed: of(name), unit: 'count' }))
    const reportsMin = numberThreshold(thresholds, 'reports_min')
    if (total < reportsMin) return failed(`the collector has ${counted(total, 'report')} of ${counted(ended.length, 'crash', 'crashes')}`, evidence)
    const silent = known ? victims.filter((name) => (rise.get(name) ?? 0) < of(name)) : []
    if (silent.length > 0) return failed(`the collector has too few reports from ${listed(silent)}, which crashed`, evidence)
    return passed(`the collector has ${counted(total, 'report')} of ${counted(ended.length, 'crash', 'crashes')}, from the instances that crashed`, evidence)
  },
}

const mostRisen = (rise: ReadonlyMap<string, number>): string => [...rise].sort(([, one], [, other]) => other - one)[0]?.[0] ?? ''

/** Those whose process the platform saw exit; each exit belongs to one of them. */
function endedOf(history: History, crashes: readonly Intervention[]): readonly Intervention[] {
  const exits = [...eventsOf(history, 'platform')].filter(({ name }) => name === 'process-exited')
  return crashes.filter(({ target, issuedAtMs }) => {
    const at = exits.findIndex((one) => one.target === target && one.atMs >= issuedAtMs - 50 && one.atMs <= issuedAtMs + endsWithinMs)
    if (at !== -1) exits.splice(at, 1)
    return at !== -1
  })
}
