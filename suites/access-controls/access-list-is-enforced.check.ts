import type { AccessCaller } from '../../core/declarations/access.js'
import { failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed } from '../../core/checks/counted.js'
import { requestEvidence } from '../../core/checks/worst-finding.js'
import { acknowledged } from '../../core/ledger.js'
import type { History, RequestEvent } from '../../core/history.js'
import { factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { answersText, askedBefore, notPutInForce, wasUnserved } from './before-enabling.js'
import { judgeChanges } from './change-verdicts.js'
import { cells, isAllowed } from './matrix.js'
import { accessFact, beforeEnablingLoad, cellLoad, effectLoad, type AccessFact } from './names.js'
import { isVerdict, verdictOf, type Verdict } from './verdicts.js'

/** ACCS-01: every caller may do what the list says and nothing else, and a change of the list is in force in time. */
export const accessListIsEnforced: Check = {
  id: 'access-list-is-enforced',
  requirement: 'ACCS-01',
  evaluate(history, thresholds) {
    const access = factOf(history, accessFact) as AccessFact | undefined
    if (access === undefined) return inconclusive('no access list was tried')
    const refusedToEnable = notPutInForce(history)
    if (refusedToEnable !== undefined) return refusedToEnable
    const rows = cells.map((cell) => rowOf(history, access, cell))
    const evidence = [matrixEvidence(rows), ...beforeEvidence(rows), ...rows.flatMap(wrongEvidence)]
    const wrong = rows.filter((row) => row.wrong.length > 0)
    const wrongMax = numberThreshold(thresholds, 'wrong_cells_max')
    const held = wrong.filter((row) => !wasNeverServed(row))
    if (held.length > wrongMax) return failed(`the access list is not kept: ${listed(held.map(wrongText))}`, evidence)
    const effects = effectsFinding(history, { rows, thresholds, evidence })
    if (effects?.outcome === 'failed') return effects
    // The changes of the list are made and read by the same callers.
    if (wrong.length > wrongMax) return neverServedFinding(wrong.filter(wasNeverServed), evidence)
    return effects ?? judgeChanges(history, access, { limitS: numberThreshold(thresholds, 'change_effective_within_s'), evidence }) ?? enough(history, { rows, thresholds, evidence })
  },
}

interface Row {
  readonly caller: AccessCaller
  readonly name: string // 'unknown write'
  readonly kind: string
  readonly allowed: boolean
  readonly verdicts: number
  /** Of these through the balancer. */
  readonly balanced: number
  readonly requests: readonly RequestEvent[]
  /** Answers against the declaration. */
  readonly wrong: readonly RequestEvent[]
  /** Before the list was put in force. */
  readonly before: RequestEvent | undefined
  /** Said before and by all answers afterwards: refused who had been let through, or the other way round. */
  readonly turned: boolean
}

function rowOf(history: History, access: AccessFact, cell: (typeof cells)[number]): Row {
  const requests = requestsOf(history, cellLoad(cell.caller, cell.kind))
  const allowed = isAllowed(access.unlisted, cell)
  const right: Verdict = allowed ? 'accepted' : 'refused'
  const judged = requests.map((request) => ({ request, verdict: verdictOf(request, access.refusalStatus) }))
  const said = judged.filter(({ verdict }) => verdict !== 'none')
  const wrong = said.filter(({ verdict, request }) => verdict !== right || (allowed && !acknowledged(request))).map(({ request }) => request)
  const before = askedBefore(history, beforeEnablingLoad(cell.caller, cell.kind))
  const other: Verdict = allowed ? 'refused' : 'accepted'
  const turned = before !== undefined && verdictOf(before, access.refusalStatus) === other && said.length > 0 && wrong.length === 0
  return { ...cell, name: `${cell.caller} ${cell.kind}`, allowed, verdicts: said.length, balanced: said.filter(({ request }) => request.via === 'balancer').length, requests, wrong, before, turned }
}

const statuses = (requests: readonly RequestEvent[]): string => listed([...new Set(requests.map((one) => `${one.status}`))])
const wrongText = ({ name, allowed, wrong, verdicts }: Row): string => `${name} was ${allowed ? 'not let through' : 'not refused'} in ${wrong.length} of ${verdicts} requests (status ${statuses(wrong)})`
const matrixEvidence = (rows: readonly Row[]): Evidence => ({ note: `matrix: ${rows.map(({ name, allowed, verdicts, wrong }) => `${name} ${allowed ? 'let through' : 'refused'} ${verdicts - wrong.length}/${verdicts}`).join(', ')}` })
const wrongEvidence = (row: Row): Evidence[] => (row.wrong.length === 0 ? [] : [requestEvidence({ note: `${row.name} against the declaration`, measured: row.wrong.length, unit: 'requests' }, row.wrong)])

/**
 * Who may was served neither before the list was put in force nor once afterwards: callers that are not there are refused by any service.
 * A caller without credentials has none that could be missing.
 */
const wasNeverServed = ({ caller, allowed, before, wrong, verdicts }: Row): boolean => caller !== 'anonymous' && allowed && wasUnserved(before) && wrong.length === verdicts
function neverServedFinding(rows: readonly Row[], evidence: readonly Evidence[]): Finding {
  const before = rows.flatMap((row) => row.before ?? [])
  const summary = `${listed(rows.map(({ name }) => name))} had not been served before the access list was put in force either (${answersText(before)}), so that it is not known to be the list that refuses: the callers may not be there at all`
  return inconclusive(summary, [...evidence, requestEvidence({ note: 'not served before the access list was put in force', measured: before.length, unit: 'requests' }, before)])
}
function beforeEvidence(rows: readonly Row[]): Evidence[] {
  const asked = rows.flatMap(({ name, before }) => (before === undefined ? [] : `${name} ${answersText([before])}`))
  return asked.length === 0 ? [] : [{ note: `before the access list was put in force: ${asked.join(', ')}` }]
}

interface Given {
  readonly rows: readonly Row[]
  readonly thresholds: ThresholdValues
  readonly evidence: readonly Evidence[]
}

/** What was refused and is there all the same. Only where the same reads find what was permitted do they show anything. */
function effectsFinding(history: History, { rows, thresholds, evidence }: Given): Finding | undefined {
  const reads = new Map(requestsOf(history, effectLoad).map((one) => [one.key, one]))
  const readsOf = (allowed: boolean): readonly (RequestEvent | undefined)[] => rows.filter((row) => row.kind === 'write' && row.allowed === allowed).flatMap((row) => row.requests).filter((one) => !allowed || acknowledged(one)).map(({ key }) => reads.get(key))
  const refused = readsOf(false)
  // A degraded answer shows no record.
  const found = (one: RequestEvent | undefined): one is RequestEvent => one?.outcome === 'ok'
  const there = refused.filter(found)
  if (there.length > numberThreshold(thresholds, 'effects_of_denied_max')) {
    return failed(`${counted(there.length, 'write')} of ${refused.length} that had been refused took effect`, [...evidence, requestEvidence({ note: 'reads that found what was refused', measured: there.length, unit: 'requests' }, there)])
  }
  const permitted = readsOf(true)
  if (permitted.length === 0 || !permitted.every(found)) return inconclusive('what was written with permission could not all be read back, so that nothing can be said of what was refused', evidence)
  const absent = (one: RequestEvent | undefined): boolean => one !== undefined && (one.status === 404 || one.status === 410 || one.outcome === 'wrong-content')
  const unread = refused.filter((one) => !absent(one)).length
  return unread === 0 ? undefined : inconclusive(`${counted(unread, 'refused write')} could not be looked up`, evidence)
}

function enough(history: History, { rows, thresholds, evidence }: Given): Finding {
  const needed = numberThreshold(thresholds, 'requests_per_cell')
  const short = rows.find(({ balanced }) => balanced < needed)
  if (short !== undefined) return inconclusive(`${short.name} has ${counted(short.balanced, 'verdict')}, needs ${needed}`, evidence)
  const instances = (factOf(history, 'instances') as readonly string[] | undefined) ?? []
  const unasked = rows.filter(({ allowed }) => !allowed).flatMap(({ name, requests }) => instances.filter((id) => !requests.some((one) => one.via === id && isVerdict(one.status))).map((id) => `${id} (${name})`))
  if (unasked.length > 0) return inconclusive(`not every replica was seen to refuse: ${listed(unasked)} gave no answer that says something`, evidence)
  // Who is refused for another reason is refused without a list, too.
  if (rows.some(({ before }) => before !== undefined) && !rows.some(({ turned }) => turned)) {
    return inconclusive('that the access list was put in force was not seen: nobody was refused who had been let through before, or let through who had been refused (a list that is always in force needs no access.enable)', evidence)
  }
  const n = rows.reduce((sum, { verdicts }) => sum + verdicts, 0)
  return passed(`all ${rows.length} cells are as declared in ${n} requests, no refused write took effect, and changes of the list were in force everywhere in time`, evidence, { strength: strengthOf(n) })
}
