import { evidenceRequestsMax, failed, inconclusive, passed, strengthOf, type Check, type Evidence, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import { eventsOf, type History } from '../../core/history.js'
import { ledgerOf, whyUnread, type LedgerEntry, type WriteState } from '../../core/ledger.js'
import { factOf, interventionsOf, type Intervention } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { undeclaredContainers } from './undeclared-containers.js'

const lastSecondMs = 1_000
/** Kills whose acknowledgements are further apart are not one crash: what was killed last had time to save its data. */
const oneInstantMs = 1_000
/** A process that was killed is reported as exited within this time, or the report is of something else. */
const exitReportWithinMs = 5_000

/** Several processes killed at one instant. */
interface Crash {
  readonly label: string
  readonly issuedAtMs: number
  readonly struckAtMs: number
  /** Targets that nothing showed to be dead. */
  readonly unwitnessed: readonly string[]
  /** Instances and owners of data that were left running. */
  readonly spared: readonly string[]
  /** From the first to the last acknowledgement; undefined when one of the kills was never acknowledged. */
  readonly spreadMs: number | undefined
  readonly acknowledgedInLastSecond: number
}

function crashesOf(history: History, entries: readonly LedgerEntry[]): Crash[] {
  const byLabel = new Map<string, Intervention[]>()
  for (const kill of interventionsOf(history, 'kill')) {
    const label = kill.label ?? `kill of ${kill.target}`
    const known = byLabel.get(label)
    if (known) known.push(kill)
    else byLabel.set(label, [kill])
  }
  const everything = [...namesIn(history, 'instances'), ...namesIn(history, 'dataOwners')]
  return [...byLabel].map(([label, kills]) => {
    const targets = new Set(kills.map((kill) => kill.target))
    const issuedAtMs = leastOf(kills.map((kill) => kill.issuedAtMs))
    return {
      label,
      issuedAtMs,
      struckAtMs: greatestOf(kills.map((kill) => kill.acknowledgedAtMs ?? kill.issuedAtMs)),
      spared: everything.filter((name) => !targets.has(name)),
      spreadMs: spreadOf(kills),
      unwitnessed: kills.filter((kill) => !isDead(history, kill)).map((kill) => kill.target),
      acknowledgedInLastSecond: entries.filter(({ acknowledgedAtMs: at }) => at !== undefined && at <= issuedAtMs && at >= issuedAtMs - lastSecondMs).length,
    }
  })
}

/** The names of a fact that lists some; a history without the fact names none. */
function namesIn(history: History, name: string): readonly string[] {
  const names = factOf(history, name)
  return Array.isArray(names) ? (names as string[]) : []
}

function spreadOf(kills: readonly Intervention[]): number | undefined {
  const times = kills.flatMap(({ acknowledgedAtMs }) => acknowledgedAtMs ?? [])
  return times.length < kills.length ? undefined : greatestOf(times) - leastOf(times)
}

/** What keeps a crash from having struck everything at one instant, or undefined. */
function notOneCrash({ label, spared, spreadMs }: Crash): string | undefined {
  if (spared.length > 0) return `${listed(spared)} ${spared.length === 1 ? 'was' : 'were'} not killed in ${label}`
  if (spreadMs === undefined) return `not every kill of ${label} was acknowledged`
  return spreadMs > oneInstantMs ? `the kills of ${label} were ${spanned(spreadMs)} apart, which is not one instant` : undefined
}

/** Seen by a witness, or reported by the platform as ended by SIGKILL: a fast supervisor may have refilled the address at once. */
function isDead(history: History, kill: Intervention): boolean {
  if (kill.witnessedAtMs !== undefined) return true
  for (const event of eventsOf(history, 'platform')) {
    if (event.name !== 'process-exited' || event.target !== kill.target || event.detail?.['signal'] !== 'SIGKILL') continue
    if (event.atMs >= kill.issuedAtMs && event.atMs <= kill.issuedAtMs + exitReportWithinMs) return true
  }
  return false
}

function evidenceOf(entries: readonly LedgerEntry[], crashes: readonly Crash[]): Evidence[] {
  const states = [...new Set(entries.map((entry) => entry.state))]
  return [
    ...states.map((state) => {
      const those = entries.filter((entry) => entry.state === state)
      const found = state === 'lost' ? `; the strong read of ${those[0]?.key} found ${those[0]?.found}` : ''
      const shown = wrong.has(state) ? { requests: those.flatMap((entry) => entry.requests).slice(0, evidenceRequestsMax) } : {}
      return { note: `${counted(those.length, 'write')} ${meaning[state]}${found}`, measured: those.length, unit: 'count' as const, ...shown }
    }),
    ...crashes.map(({ label, acknowledgedInLastSecond }) => ({ note: `${label}: writes acknowledged in the last second before it`, measured: acknowledgedInLastSecond, unit: 'count' as const })),
  ]
}

/** States that somebody will want to look at. */
const wrong: ReadonlySet<WriteState> = new Set(['lost', 'unexpected', 'unread'])

const meaning: Readonly<Record<WriteState, string>> = {
  stable: 'acknowledged and read back',
  lost: 'acknowledged and lost',
  unread: 'acknowledged and not readable afterwards',
  recovered: 'never acknowledged, and there',
  unknown: 'never acknowledged, and not there',
  rejected: 'refused, and not there',
  unexpected: 'refused or never made, and there all the same',
}

function missing(history: History, found: { readonly entries: readonly LedgerEntry[]; readonly crashes: readonly Crash[] }, thresholds: ThresholdValues): string[] {
  const { entries, crashes } = found
  const kills = numberThreshold(thresholds, 'kills')
  const acknowledgedMin = numberThreshold(thresholds, 'acked_last_second_min')
  const acknowledgedCount = entries.filter((entry) => entry.acknowledgedAtMs !== undefined).length
  const unread = entries.filter((entry) => entry.state === 'unread').length
  const incomplete = [...eventsOf(history, 'incomplete')].length > 0
  return [
    ...(acknowledgedCount === 0 ? ['no write was acknowledged'] : []),
    ...(crashes.length < kills ? [`only ${counted(crashes.length, 'crash', 'crashes')} of ${kills} took place`] : []),
    ...(namesIn(history, 'instances').length === 0 ? ['no instance of the service is known'] : []),
    ...crashes.flatMap((crash) => notOneCrash(crash) ?? []),
    ...undeclaredContainers(history),
    ...crashes.filter(({ unwitnessed }) => unwitnessed.length > 0).map(({ label, unwitnessed }) => `nothing shows that ${listed(unwitnessed)} died in ${label}`),
    ...crashes
      .filter((crash) => crash.acknowledgedInLastSecond < acknowledgedMin)
      .map(({ label, acknowledgedInLastSecond: count }) => `only ${counted(count, 'write')} of ${acknowledgedMin} were acknowledged in the last second before ${label}`),
    ...(unread > 0 ? [`${unread} of ${acknowledgedCount} acknowledged writes could not be read afterwards${whyUnread(history, 'reconcile')}`] : []),
    ...(incomplete ? ['the reconciliation did not reach its end'] : []),
  ]
}

function evaluate(history: History, thresholds: ThresholdValues): Finding {
  const entries = ledgerOf(history, { writes: 'writes', reads: 'reconcile' })
  const crashes = crashesOf(history, entries)
  const evidence = evidenceOf(entries, crashes)
  const lost = entries.filter((entry) => entry.state === 'lost')
  const unexpected = entries.filter((entry) => entry.state === 'unexpected')
  const acknowledgedCount = entries.filter((entry) => entry.acknowledgedAtMs !== undefined).length
  const allowed = { lost: numberThreshold(thresholds, 'lost_max'), unexpected: numberThreshold(thresholds, 'unexpected_max') }
  const tooMany = lost.length > allowed.lost || unexpected.length > allowed.unexpected
  // A read that was cut short may not have waited long enough; a loss without a crash is not this requirement's.
  const cutShort = [...eventsOf(history, 'incomplete')].length > 0
  if (tooMany && !cutShort && crashes.some((crash) => crash.unwitnessed.length === 0)) {
    const parts = [
      ...(lost.length > 0 ? [`${lost.length} of ${acknowledgedCount} acknowledged writes were lost${nearest(lost, crashes)} (allowed ${allowed.lost})`] : []),
      ...(unexpected.length > 0 ? [`${unexpected.length} refused or never made writes were there all the same (allowed ${allowed.unexpected})`] : []),
    ]
    return failed(`after ${counted(crashes.length, 'crash', 'crashes')} ${listed(parts)}`, evidence)
  }
  const reasons = missing(history, { entries, crashes }, thresholds)
  if (tooMany) reasons.push(`${lost.length} acknowledged writes are missing and ${unexpected.length} are there unexpectedly, but no crash can be blamed for certain`)
  if (reasons.length > 0) return inconclusive(listed(reasons), evidence)
  const atRisk = crashes.reduce((sum, crash) => sum + crash.acknowledgedInLastSecond, 0)
  return passed(
    `all ${acknowledgedCount} acknowledged writes were read back after ${counted(crashes.length, 'crash', 'crashes')}, ${atRisk} of them acknowledged in the last second before one`,
    evidence,
    { strength: strengthOf(atRisk) },
  )
}

/**
 * How long before the following crash the lost writes had been acknowledged: the age of what was not yet safe. What was
 * acknowledged after the last crash is gone as well, but no crash is blamed for it.
 */
function nearest(lost: readonly LedgerEntry[], crashes: readonly Crash[]): string {
  const ages = lost.flatMap(({ acknowledgedAtMs }) => {
    const crash = crashes.find(({ struckAtMs }) => acknowledgedAtMs !== undefined && struckAtMs >= acknowledgedAtMs)
    return crash === undefined || acknowledgedAtMs === undefined ? [] : [crash.struckAtMs - acknowledgedAtMs]
  })
  const later = lost.length - ages.length
  const age = ages.length === 0 ? '' : `, acknowledged up to ${Math.round(greatestOf(ages))} ms before the crash`
  return later === 0 ? age : `${age}, ${later === lost.length ? 'written' : `${later} of them written`} after the last crash`
}

export const noAcknowledgedWriteIsLost: Check = { id: 'no-acknowledged-write-is-lost', requirement: 'START-05', evaluate }
