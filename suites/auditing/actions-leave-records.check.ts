import { isDeepStrictEqual } from 'node:util'
import { failed, inconclusive, passed, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { ownNameOf } from '../../core/instance-names.js'
import { atJsonPointer } from '../../core/json-pointer.js'
import type { History } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf, interventionsOf, observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { actionObservation, auditFact, backObservation, killLabel, recordReadings, tamperObservation, type Action, type AuditFact, type Tampering } from './names.js'

/** AUDT-01: every action has a record with its actor, target, outcome and time, also after every instance was killed. */
export const actionsLeaveRecords: Check = {
  id: 'actions-leave-records',
  requirement: 'AUDT-01',
  evaluate(history, thresholds) {
    const fact = factOf(history, auditFact) as AuditFact | undefined
    const actions = observationsOf(history, actionObservation).map(({ value }) => value as Action)
    if (fact === undefined || actions.length === 0) return inconclusive('no operator did anything')
    const doubt = doubtOf(history, { fact, actions, thresholds })
    if (doubt !== undefined) return doubt
    const records = recordsIn(history, recordReadings.whole, fact)
    if (!Array.isArray(records)) return records as Finding
    const targets = (target: string): readonly string[] => [target, ownNameOf(history, target) ?? target]
    return judge(actions, { records: records as readonly AuditRecord[], fact, thresholds, targets })
  },
}

/** AUDT-01: what was recorded stays, whoever asks for a change. */
export const recordsCannotBeAltered: Check = {
  id: 'records-cannot-be-altered',
  requirement: 'AUDT-01',
  evaluate(history, thresholds) {
    const fact = factOf(history, auditFact) as AuditFact | undefined
    const attempts = observationsOf(history, tamperObservation).map(({ value }) => value as Tampering)
    if (fact === undefined || attempts.length < 2) return inconclusive('no record was there to be changed and removed')
    const unanswered = attempts.filter(({ answered }) => !answered)
    if (unanswered.length > 0) return inconclusive(`the attempt to ${listed(unanswered.map(({ attempt }) => attempt))} a record was not answered`)
    const before = recordsIn(history, recordReadings.whole, fact)
    const after = recordsIn(history, recordReadings.tampered, fact)
    if (!Array.isArray(before) || !Array.isArray(after)) return inconclusive('the records could not be read before and after')
    const id = attempts[0]?.record
    const find = (records: readonly AuditRecord[]): AuditRecord | undefined => records.find((one) => one.id === id)
    const [original, now] = [find(before as readonly AuditRecord[]), find(after as readonly AuditRecord[])]
    const evidence = attempts.map(({ attempt, ok }): Evidence => ({ note: `the attempt to ${attempt} record ${id ?? ''} was ${ok ? 'accepted' : 'refused'}` }))
    if (original === undefined) return inconclusive(`record ${id ?? ''} was not among those that were read`, evidence)
    const altered = now === undefined ? 'removed' : isDeepStrictEqual(original.whole, now.whole) ? undefined : 'changed'
    if (altered !== undefined && numberThreshold(thresholds, 'tamper_success_max') < 1) return failed(`record ${id ?? ''} could be ${altered} through the API`, evidence)
    return passed(`record ${id ?? ''} is as it was after attempts to change and to remove it`, evidence)
  },
}

interface AuditRecord {
  readonly id: string
  readonly time: number
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly outcome: string
  readonly whole: unknown
}

function recordsIn(history: History, name: string, { fields }: AuditFact): readonly AuditRecord[] | Finding {
  const read = observationsOf(history, name).at(-1)?.value as ReadValue | undefined
  if (read?.outcome !== 'read' || !Array.isArray(read.value)) return inconclusive(`the audit records could not be read: ${read?.outcome === 'read' ? 'they are no list' : (read?.outcome ?? 'they were not asked for')}`)
  return read.value.map((whole: unknown) => {
    const text = (pointer: string): string => {
      const found = atJsonPointer(whole, pointer)
      return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
    }
    const at = atJsonPointer(whole, fields.time)
    // Seconds or milliseconds since 1970, or a date.
    const time = typeof at === 'number' ? (at < 1e11 ? at * 1_000 : at) : Date.parse(String(at))
    return { id: text(fields.id), time, actor: text(fields.actor), action: text(fields.action), target: text(fields.target), outcome: text(fields.outcome), whole }
  })
}

interface Doubt {
  readonly fact: AuditFact
  readonly actions: readonly Action[]
  readonly thresholds: ThresholdValues
}
function doubtOf(history: History, { fact, actions, thresholds }: Doubt): Finding | undefined {
  const unexpected = actions.filter(({ ok, refused, answered }) => ok === refused || !answered)
  if (unexpected.length > 0) return inconclusive(listed(unexpected.map(({ kind, ok, answered }) => `${kind} was ${ok ? 'accepted, which it should not have been' : answered ? 'refused' : 'not answered'}`)))
  const needed = numberThreshold(thresholds, 'actions')
  if (actions.length < needed) return inconclusive(`${counted(actions.length, 'action')} could be carried out, needs ${needed}`)
  if (new Set(actions.map(({ actor }) => actor)).size < 2) return inconclusive('only one operator did anything, so that a record of the wrong one would look right')
  const killed = new Set(interventionsOf(history, 'kill', killLabel).filter(({ witnessedAtMs }) => witnessedAtMs !== undefined).map(({ target }) => target))
  const alive = fact.instances.filter((one) => !killed.has(one))
  if (alive.length > 0) return inconclusive(`${listed(alive)} was not seen to be killed, so that records in memory may have stayed`)
  const gone = fact.instances.filter((one) => !observationsOf(history, backObservation, one).some(({ value }) => (value as { readonly ready: boolean }).ready))
  return gone.length > 0 ? inconclusive(`${listed(gone)} did not come back after it was killed`) : undefined
}

interface Judged {
  readonly records: readonly AuditRecord[]
  readonly fact: AuditFact
  readonly thresholds: ThresholdValues
  /** Names of what an action was about. */
  readonly targets: (target: string) => readonly string[]
}
/** As a word of its own: `replica-1` is not named by `replica-10`. */
function names(text: string, name: string): boolean {
  const partOfName = /[A-Za-z0-9_]/
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!partOfName.test(text[at - 1] ?? ' ') && !partOfName.test(text[at + name.length] ?? ' ')) return true
  }
  return false
}

/** Each record stands for one action only. */
function judge(actions: readonly Action[], { records, fact: { outcomes }, thresholds, targets }: Judged): Finding {
  const of = (key: string): number => numberThreshold(thresholds, key)
  const left = [...records]
  const skewMs = of('time_skew_s_max') * 1_000
  const take = (fits: (one: AuditRecord) => boolean): AuditRecord | undefined => {
    const at = left.findIndex(fits)
    return at === -1 ? undefined : left.splice(at, 1)[0]
  }
  const found = actions.map((action) => {
    const inTime = (one: AuditRecord): boolean => one.time >= action.fromEpochMs - skewMs && one.time <= action.toEpochMs + skewMs
    const same = (one: AuditRecord): boolean => one.action === action.word && one.outcome === (action.refused ? outcomes.refused : outcomes.done) && (action.target === undefined ? one.target !== '' : targets(action.target).some((name) => names(one.target, name)))
    const right = take((one) => same(one) && inTime(one) && one.actor === action.actor)
    return { action, right, same, inTime }
  })
  // Only what no action has a right to can be somebody else's: the record of another actor, at another time.
  const judged = found.map(({ action, right, same, inTime }) => ({ action, right, foreign: right === undefined ? take((one) => same(one) && inTime(one)) : undefined }))
  const evidence = judged.map(({ action, right, foreign }): Evidence => ({ note: `${action.kind} by ${action.actor}, ${action.refused ? 'refused' : 'done'}: ${right !== undefined ? `record ${right.id}` : foreign !== undefined ? `record ${foreign.id} names ${foreign.actor || 'nobody'}` : 'no record'}` }))
  const foreign = judged.filter((one) => one.foreign !== undefined)
  const missing = judged.filter((one) => one.right === undefined && one.foreign === undefined)
  const text = (all: readonly { readonly action: Action }[]): string => listed(all.map(({ action }) => `${action.kind} by ${action.actor}${action.refused ? ' (refused)' : ''}`))
  if (missing.length > of('missing_max')) return failed(`no record with the right target, outcome and time was left by ${text(missing)}`, evidence)
  if (foreign.length > of('wrong_actor_max')) return failed(`the record names another actor for ${text(foreign)}`, evidence)
  return passed(`${counted(actions.length, 'action')} of two operators left ${actions.length} records that survived the death of every instance`, evidence)
}
