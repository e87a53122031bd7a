import { inconclusive, type Check, type Finding } from '../../core/check.js'
import type { History } from '../../core/history.js'
import { factOf, requestsOf } from '../../core/reading.js'
import { numberThreshold } from '../../core/requirement.js'
import { worstFinding } from '../../core/checks/worst-finding.js'
import { succeeded } from './judging.js'
import { absenceOf, judgeReads, type ReadsDuringAbsence } from './lost-server.js'
import { losses, questions, readsWithoutPrimary, readsWithoutReplica, writesWithoutPrimary, type Loss } from './names.js'
import { holdingsOf, planOf } from './plan.js'

export const readsSurviveReplica: Check = {
  id: 'reads-go-on-without-a-read-replica',
  requirement: 'REPL-05',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined || plan.replicas.length === 0) return inconclusive('no read replica was lost')
    const wanted: ReadsDuringAbsence = {
      load: readsWithoutReplica,
      graceMs: numberThreshold(thresholds, 'failover_within_s') * 1_000,
      failuresMax: () => numberThreshold(thresholds, 'failures_after_failover_max'),
      p99MsMax: numberThreshold(thresholds, 'read_p99_ms_after'),
      outageMs: numberThreshold(thresholds, 'outage_s') * 1_000,
    }
    return worstFinding(plan.replicas.flatMap((server) => losses.map((loss) => judgeLoss(history, { server, loss, wanted, returned: replicaReturned }))))
  },
}

export const readsSurvivePrimary: Check = {
  id: 'reads-go-on-without-the-primary',
  requirement: 'REPL-06',
  evaluate(history, thresholds) {
    const server = factOf(history, 'data-owner')
    if (typeof server !== 'string') return inconclusive('no primary was lost')
    const wanted: ReadsDuringAbsence = {
      load: readsWithoutPrimary,
      graceMs: numberThreshold(thresholds, 'grace_s') * 1_000,
      failuresMax: (reads) => Math.floor((1 - numberThreshold(thresholds, 'read_success_after_grace_min')) * reads + 1e-9),
      outageMs: numberThreshold(thresholds, 'outage_s') * 1_000,
    }
    return worstFinding(losses.map((loss) => judgeLoss(history, { server, loss, wanted, returned: primaryReturned })))
  },
}

interface Judged {
  readonly server: string
  readonly loss: Loss
  readonly wanted: ReadsDuringAbsence
  /** Why it is not known that all was well again after the return, or undefined. */
  readonly returned: (history: History, server: string, sinceMs: number) => string | undefined
}

function judgeLoss(history: History, { server, loss, wanted, returned }: Judged): Finding {
  const absence = absenceOf(history, server, loss)
  if (typeof absence === 'string') return inconclusive(absence)
  const finding = judgeReads(history, absence, wanted)
  if (finding.outcome !== 'passed') return finding
  const doubt = returned(history, server, absence.toMs)
  return doubt === undefined ? finding : inconclusive(doubt, finding.evidence)
}

/** By a direct reading where replicas can be asked; otherwise reads that succeed are all that can be seen. */
function replicaReturned(history: History, server: string, sinceMs: number): string | undefined {
  const back = holdingsOf(history, questions.caughtUpAfterLoss).some((one) => one.server === server && one.sentAtMs >= sinceMs && one.asked.length > 0 && one.asked.every((key) => one.held?.has(key)))
  if (back || planOf(history)?.lookUp === false) return undefined
  return `${server} was not seen to be up to date again after its return`
}

function primaryReturned(history: History, server: string, sinceMs: number): string | undefined {
  const back = requestsOf(history, writesWithoutPrimary).some((one) => one.plannedAtMs >= sinceMs && succeeded(one))
  return back ? undefined : `no write was acknowledged again after the return of ${server}`
}
