import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { compare, deviationText, importOf } from './comparison.js'
import { underRules } from './feeds.js'
import { importFact, ruleIntervention, type ImportFact } from './names.js'

/** A stall longer than this could make a rule or an import time out. */
const stallMsMax = 5_000

/** IMPT-01: what operators block or override is imported as they say, and as the feed says once they take it back. */
export const rulesAreObeyed: Check = {
  id: 'rules-are-obeyed',
  requirement: 'IMPT-01',
  evaluate(history, thresholds) {
    const fact = factOf(history, importFact) as ImportFact | undefined
    const ruled = fact === undefined ? undefined : importOf(history, fact, 'ruled')
    const unruled = fact === undefined ? undefined : importOf(history, fact, 'unruled')
    if (fact === undefined || ruled === undefined || unruled === undefined) return inconclusive('nothing was imported with rules and without')
    const failedImport = [ruled, unruled].find((one) => !one.ok)
    const open = [ruled, unruled].find((one) => one.ok && !one.told)
    if (open !== undefined) return inconclusive('an import was only begun (status 202): that it has ended is not known, so that its records say nothing yet')
    if (failedImport !== undefined) return inconclusive(`the feed could not be imported: ${failedImport.error ?? 'it was not accepted'}`)
    if (ruled.after === undefined || unruled.after === undefined) return inconclusive('the imported records could not be read')
    const needed = numberThreshold(thresholds, 'records')
    const known = compare(unruled.fed, unruled.after)
    if (known.missing.length === unruled.fed.length) return inconclusive('none of the imported records was found in the list, so that nothing can be said of single ones')
    const refused = refusedRule(history)
    if (refused !== undefined) return refused
    const withRules = compare(underRules(ruled.fed, fact.blocked, fact.overridden), ruled.after)
    const evidence: Evidence[] = [
      { note: `with ${fact.blocked.length} keys blocked and ${fact.overridden.length} overridden: ${deviationText(withRules)}`, measured: withRules.deviations, allowed: 0, unit: 'count' },
      { note: `without rules: ${deviationText(known)}`, measured: known.deviations, allowed: 0, unit: 'count' },
    ]
    const deviationsMax = numberThreshold(thresholds, 'deviations_max')
    if (withRules.deviations > deviationsMax) return failed(`the import did not keep to the rules of operators: ${deviationText(withRules)}`, evidence)
    if (known.deviations > deviationsMax) return failed(`without the rules the import did not bring in what the feed says: ${deviationText(known)}`, evidence)
    if (unruled.fed.length < needed) return inconclusive(`the feed had ${counted(unruled.fed.length, 'record')}, needs ${needed}`, evidence)
    return passed(`${fact.blocked.length} blocked and ${fact.overridden.length} overridden of ${unruled.fed.length} records were imported as the rules say, and as the feed says without them`, evidence, { strength: strengthOf(unruled.fed.length) })
  },
}

function refusedRule(history: History): Finding | undefined {
  const rules = interventionsOf(history, ruleIntervention)
  if (rules.length === 0) return inconclusive('no rule was set')
  const refused = rules.filter((one) => one.acknowledgedAtMs === undefined)
  if (refused[0] === undefined) return undefined
  const window = { fromMs: rules[0]!.issuedAtMs, toMs: rules.at(-1)!.issuedAtMs }
  return disturbedHarness(history, window, stallMsMax) ?? failed(`${counted(refused.length, 'rule')} of ${rules.length} could not be set: ${refused[0].label ?? ''}, ${refused[0].error ?? 'no answer'}`)
}
