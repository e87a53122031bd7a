import { failed, inconclusive, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import { eventsOf, type History, type RequestEvent } from '../../core/history.js'
import { disturbedHarness, factOf, interventionsOf, requestsOf, type Intervention } from '../../core/reading.js'
import { beforeChangeLoad, changeLoad, changeName, listChanges, type AccessFact, type ListChange } from './names.js'
import { verdictOf, type Verdict } from './verdicts.js'

interface Given {
  readonly limitS: number
  readonly evidence: readonly Evidence[]
}

/** What is wrong with changes of the list, or why nothing is known; undefined when every change was in force everywhere in time. */
export function judgeChanges(history: History, access: AccessFact, given: Given): Finding | undefined {
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  if (instances.length === 0) return inconclusive('no replica is known', given.evidence)
  const limitMs = Math.min(given.limitS * 1_000, access.effectiveWithinMs ?? Number.POSITIVE_INFINITY)
  const before = instances.find((id) => !requestsOf(history, beforeChangeLoad).some((one) => one.via === id && verdictOf(one, access.refusalStatus) === 'accepted'))
  if (before !== undefined) return inconclusive(`${before} was not seen to let the caller through before the list was changed`, given.evidence)
  for (const change of listChanges) {
    const found = judgeChange(history, { change, access, instances, limitMs, evidence: given.evidence })
    if (found !== undefined) return found
  }
  return restartFinding(history, instances, given.evidence)
}

interface Change {
  readonly change: ListChange
  readonly access: AccessFact
  readonly instances: readonly string[]
  readonly limitMs: number
  readonly evidence: readonly Evidence[]
}

function judgeChange(history: History, given: Change): Finding | undefined {
  const { change, instances, limitMs, evidence } = given
  const [made] = interventionsOf(history, changeName(change))
  if (made === undefined) return inconclusive(`the list was not changed: ${change}`, evidence)
  const toMs = requestsOf(history, changeLoad(change)).reduce((latest, one) => Math.max(latest, one.endedAtMs), made.issuedAtMs)
  const disturbed = disturbedHarness(history, { fromMs: made.issuedAtMs, toMs }, limitMs / 2)
  if (made.acknowledgedAtMs === undefined) return disturbed ?? failed(`the change of the list was refused: ${change}, ${made.error ?? 'no answer'}`, evidence)
  const judged = instances.map((instance) => judgeOn(history, made, { ...given, instance }))
  const wrong = judged.flatMap(({ wrong: text }) => text ?? [])
  if (wrong.length > 0) return disturbed ?? failed(`a change of the list was not in force everywhere in time: ${listed(wrong)}`, evidence)
  const nothing = judged.flatMap(({ nothing: text }) => text ?? [])
  return nothing[0] === undefined ? undefined : inconclusive(nothing[0], evidence)
}

function judgeOn(history: History, made: Intervention, { change, access, limitMs, instance }: Change & { readonly instance: string }): { readonly wrong?: string; readonly nothing?: string } {
  const fromMs = made.acknowledgedAtMs ?? made.issuedAtMs
  const wanted: Verdict = change === 'deny' ? 'refused' : 'accepted'
  const says = (one: RequestEvent): Verdict => verdictOf(one, access.refusalStatus)
  const said = requestsOf(history, changeLoad(change)).filter((one) => one.via === instance && says(one) !== 'none')
  const last = said.at(-1)
  if (last === undefined) return { nothing: `${instance} gave no answer that shows the change: ${change}` }
  const first = said.find((one) => says(one) === wanted)
  if (first === undefined) {
    const watchedMs = last.endedAtMs - fromMs
    return watchedMs < limitMs ? { nothing: `${change} was watched on ${instance} for ${spanned(watchedMs)} of ${spanned(limitMs)}` } : { wrong: `${change} was not in force on ${instance} after ${spanned(watchedMs)} (status ${last.status})` }
  }
  // The answer was under way since it was sent: what was in force then counts.
  const tookMs = Math.max(0, (first.sentAtMs ?? first.plannedAtMs) - fromMs)
  if (tookMs > limitMs) return { wrong: `${change} was in force on ${instance} only after ${spanned(tookMs)}` }
  return says(last) === wanted ? {} : { wrong: `${change} was in force on ${instance} and was gone again (status ${last.status})` }
}

/** A list that needs a restart is not changed at run time. */
function restartFinding(history: History, instances: readonly string[], evidence: readonly Evidence[]): Finding | undefined {
  const reads = [beforeChangeLoad, ...listChanges.map(changeLoad)].flatMap((load) => requestsOf(history, load))
  const fromMs = leastOf(reads.map((one) => one.plannedAtMs))
  const toMs = greatestOf(reads.map((one) => one.endedAtMs))
  const started = [...eventsOf(history, 'platform')].filter((one) => one.name === 'process-started' && one.atMs >= fromMs && one.atMs <= toMs).map(({ target }) => target)
  const restarted = instances.filter((id) => started.includes(id) || new Set(reads.flatMap((one) => (one.via === id && one.boot !== undefined ? [one.boot] : []))).size > 1)
  return restarted.length === 0 ? undefined : failed(`${counted(restarted.length, 'replica')} restarted while the list was changed: ${listed(restarted)}`, evidence)
}
