import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { eventsOf, type History } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { compare, deviationText, importOf, type ImportRecord } from './comparison.js'
import { alertAfter, importFact, type ImportFact, type ImportName } from './names.js'

type Step = 'unruled' | 'below' | 'above' | 'permitted' | 'empty'
const steps: readonly Step[] = ['unruled', 'below', 'above', 'permitted', 'empty']

/** IMPT-02: less than the limit is imported, more is stopped before anything is changed, and imported with permission. */
export const anImportThatChangesTooMuchStops: Check = {
  id: 'an-import-that-changes-too-much-stops',
  requirement: 'IMPT-02',
  evaluate(history, thresholds) {
    const fact = factOf(history, importFact) as ImportFact | undefined
    if (fact?.changeShareMax === undefined) return inconclusive('no limit of changes is declared')
    const found = steps.map((name) => [name, importOf(history, fact, name)] as const)
    const absent = found.find(([, one]) => one === undefined)
    if (absent !== undefined) return inconclusive(`the import "${absent[0]}" was not made`)
    const made = Object.fromEntries(found) as Record<Step, ImportRecord>
    const untold = steps.find((name) => !made[name].told || made[name].after === undefined)
    if (untold !== undefined) return inconclusive(`the import "${untold}" gave no answer that says what became of it, or the records could not be read afterwards: ${made[untold].error ?? ''}`)
    const base = changesIn(made.unruled, made.unruled)
    if (!made.unruled.ok || base > 0) return inconclusive(`the feed could not be imported to begin with: ${made.unruled.error ?? `${base} records differ`}`)
    return verdict(made, { history, fact, changedMax: numberThreshold(thresholds, 'changed_when_stopped_max') })
  },
}

/** By how many records what is there after an import differs from what another one brought. */
const changesIn = (after: ImportRecord, fed: Pick<ImportRecord, 'fed'>): number => compare(fed.fed, after.after ?? []).deviations

interface Given {
  readonly history: History
  readonly fact: ImportFact
  readonly changedMax: number
}

function verdict(made: Readonly<Record<Step, ImportRecord>>, { history, fact, changedMax }: Given): Finding {
  const share = (name: Step, before: Step): string => `${Math.round((100 * compare(made[before].fed, made[name].fed).deviations) / Math.max(1, made[before].fed.length))} %`
  const limit = `${Math.round(100 * (fact.changeShareMax ?? 0))} %`
  const evidence: Evidence[] = steps.slice(1).map((name) => ({ note: `${name}: ${made[name].ok ? 'accepted' : `stopped (${made[name].error ?? 'without a word'})`}, records afterwards that differ from ${name === 'above' ? 'before' : name === 'empty' ? 'before' : 'the feed'}`, measured: changesIn(made[name], made[name === 'above' ? 'below' : name === 'empty' ? 'permitted' : name]), unit: 'count' }))
  if (!made.below.ok) return failed(`an import that changes ${share('below', 'unruled')} was refused, the limit is ${limit}: ${made.below.error ?? ''}`, evidence)
  if (changesIn(made.below, made.below) > 0) return failed(`an import below the limit was accepted and not carried out: ${deviationText(compare(made.below.fed, made.below.after ?? []))}`, evidence)
  if (made.above.ok) return failed(`an import that changes ${share('above', 'below')} was accepted without permission, the limit is ${limit}`, evidence)
  if (changesIn(made.above, made.below) > changedMax) return failed(`an import was stopped after it had changed ${changesIn(made.above, made.below)} records`, evidence)
  if (!made.permitted.ok) return failed(`an import above the limit was refused with permission too: ${made.permitted.error ?? ''}`, evidence)
  if (changesIn(made.permitted, made.permitted) > 0) return failed(`an import with permission was accepted and not carried out: ${deviationText(compare(made.permitted.fed, made.permitted.after ?? []))}`, evidence)
  if (made.empty.ok) return failed('an empty feed was accepted without permission', evidence)
  if (changesIn(made.empty, made.permitted) > changedMax) return failed(`an empty feed was stopped after it had changed ${changesIn(made.empty, made.permitted)} records`, evidence)
  return alertFinding(history, fact, evidence) ?? passed(`an import of ${share('below', 'unruled')} was carried out, one of ${share('above', 'below')} and an empty one were stopped before they changed anything, and permission was enough for the former`, evidence)
}

/** Where an alert is declared: not there after an import that went well, and there after one that was stopped. */
function alertFinding(history: History, fact: ImportFact, evidence: readonly Evidence[]): Finding | undefined {
  if (!fact.hasAlert) return undefined
  const seen = (name: ImportName): boolean | undefined => {
    let last: ReadValue | undefined
    for (const event of eventsOf(history, 'observation')) if (event.probe === alertAfter(name)) last = event.value as ReadValue
    if (last?.outcome === 'read') return says(last.value)
    return last?.outcome === 'absent' ? false : undefined
  }
  const stopped = (['above', 'empty'] as const).map((name) => ({ name, alert: seen(name) }))
  const silent = stopped.find(({ alert }) => alert === false)
  if (silent !== undefined) return failed(`no alert was seen after the import "${silent.name}" had been stopped`, evidence)
  if (stopped.some(({ alert }) => alert === undefined)) return inconclusive('the alert could not be read', evidence)
  return seen('below') === false ? undefined : inconclusive('the alert was there, or could not be read, before anything had been stopped', evidence)
}

/** Neither empty nor false, 0 or null. */
const says = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value))
