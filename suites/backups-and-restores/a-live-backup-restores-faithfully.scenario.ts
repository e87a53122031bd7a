import { greatestOf } from '../../core/extremes.js'
import { numberThreshold, thresholdValues, type ProfileName, type RequirementId } from '../../core/requirement.js'
import type { ApartDeployment, Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { backupsComeFromTheReplica } from './backups-come-from-the-replica.check.js'
import { backupsDisturbNobody } from './backups-disturb-nobody.check.js'
import { damagedBackupsAreRefused } from './damaged-backups-are-refused.check.js'
import { offerDamagedCopies, variantNames } from './damaged-copies.js'
import { backupsAreOnePointInTime } from './one-point-in-time.check.js'
import { grow, startMarks, writeCorpus, type Ledger } from './ledger.js'
import { named } from './operations.js'
import { readBack, restoreApart, type Known } from './read-back.js'
import { requirements } from './requirements/index.js'
import { restoredBackupsAreFaithful } from './restored-backups-are-faithful.check.js'
import { takeBackup, type TakenBackup } from './take-backup.js'
import { makeAccounts, readFuzzily, startTransfers } from './transfers.js'
import { frozenLabel, liveLabel, loads } from './vocabulary.js'
import { takeWithFrozenPrimary } from './while-the-primary-is-frozen.js'

/** Attempts to make a backup last long enough, beyond the stated number. */
const growthsMax = 3
const marksPerSecond = 20
const apartReadyMs = 60_000

export const scenario: Scenario = {
  id: 'backups-and-restores/a-live-backup-restores-faithfully',
  title: 'A backup of the running service disturbs nobody, is one point in time, and restores what was there',
  needs: ['backup.create', 'data.write'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const of = (id: RequirementId, key: string): number => thresholdOf(service, profile, { id, key })
    const oneMs = (of('BKUP-01', 'before_s') + of('BKUP-01', 'after_s') + of('BKUP-01', 'backup_min_duration_s') + 4) * 1_000
    return of('BKUP-02', 'backups') * oneMs + service.lifecycle.startTimeoutMs / 2 + 10_000
  },
  exercise,
  checks: [backupsDisturbNobody, backupsAreOnePointInTime, restoredBackupsAreFaithful, damagedBackupsAreRefused, backupsComeFromTheReplica],
}

function thresholdOf(service: ServiceDescriptor, profile: ProfileName, { id, key }: { readonly id: RequirementId; readonly key: string }): number {
  const requirement = requirements.find((one) => one.id === id)
  if (requirement === undefined) throw new Error(`no requirement ${id}`)
  return numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), key)
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { data } = context.service
  const wants = (...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))
  context.fact('staleness-ms', context.service.backup?.stalenessMs ?? 0)
  context.step('data to back up')
  const ledger = await writeCorpus(context, {
    corpus: context.threshold('BKUP-03', 'corpus'),
    deleted: context.threshold('BKUP-03', 'deleted'),
    longCount: context.threshold('BKUP-03', 'long_records'),
  })
  const invariant = wants('BKUP-02') ? data?.invariant : undefined
  const accounts = invariant === undefined ? undefined : await makeAccounts(context, invariant, context.threshold('BKUP-02', 'accounts'))
  context.step('backups while users read and write')
  const users = startUsers(context)
  const marks = startMarks(context, marksPerSecond)
  const transfers = invariant === undefined || accounts === undefined ? undefined : startTransfers(context, invariant, { accounts: accounts.accounts, ratePerSecond: context.threshold('BKUP-02', 'transfers_per_second') })
  const backups = await takeLiveBackups(context, ledger)
  await context.pause(context.threshold('BKUP-01', 'after_s') * 1_000)
  await Promise.all([users?.stop(), marks.stop()])
  if (invariant !== undefined && accounts !== undefined && transfers !== undefined) {
    context.step('power control: balances read one by one while transfers run')
    for (let read = 0; read < context.threshold('BKUP-02', 'fuzzy_reads'); read++) await readFuzzily(context, invariant, accounts)
    await transfers.stop()
    context.observe('transfers', 'balancer', transfers.sent)
  }
  const known: Known = { ledger, marks: marks.keys, accounts: accounts?.accounts ?? [], markers: transfers?.sent.map(({ marker }) => marker) ?? [] }
  if (wants('BKUP-02', 'BKUP-03', 'BKUP-04', 'BKUP-09')) await restoreAndCompare(context, { backups, known, wants })
}

function startUsers(context: ScenarioContext): Load | undefined {
  const { data } = context.service
  const read = data?.readOrdinary ?? data?.readStrong
  if (data === undefined) return undefined
  const write = named(data.write, 'user.write')
  return context.traffic.start({
    name: loads.users,
    ratePerSecond: context.threshold('BKUP-01', 'requests_per_second'),
    // Three reads and two writes in turn.
    operations: read === undefined ? [write] : [read, write, read, write, read],
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: 600_000,
  })
}

/** So many backups that last long enough. One that is over too soon is followed by another one of more data. */
async function takeLiveBackups(context: ScenarioContext, ledger: Ledger): Promise<readonly TakenBackup[]> {
  const wanted = context.threshold('BKUP-02', 'backups')
  const minMs = context.threshold('BKUP-01', 'backup_min_duration_s') * 1_000
  const taken: TakenBackup[] = []
  let long = 0
  for (let attempt = 0; long < wanted && attempt < wanted + growthsMax; attempt++) {
    const fromMs = context.now()
    await context.pause(context.threshold('BKUP-01', 'before_s') * 1_000)
    context.observe('steady-traffic', liveLabel(attempt), { fromMs, toMs: context.now() })
    const backup = await takeBackup(context, liveLabel(attempt))
    taken.push(backup)
    if (!backup.performed.ok) break
    if (backup.performed.tookMs >= minMs) long += 1
    else await grow(context, ledger, growthFor(ledger, minMs / backup.performed.tookMs))
  }
  return taken
}

/** In proportion to what is there, and some more. */
const growthFor = (ledger: Ledger, factor: number): number =>
  Math.min(50, Math.ceil((1 + ledger.records.filter(({ kind }) => kind === 'long text').length) * (factor * 1.3 - 1)) + 1)

interface Comparison {
  readonly backups: readonly TakenBackup[]
  readonly known: Known
  wants(...ids: readonly RequirementId[]): boolean
}

async function restoreAndCompare(context: ScenarioContext, { backups, known, wants }: Comparison): Promise<void> {
  context.step('a second deployment to restore into')
  const starting = context.control.deployApart({ name: 'restored', replicas: 1 }).then(async (apart) => ({ apart, ready: await apart.ready(Math.max(apartReadyMs, context.service.lifecycle.startTimeoutMs)) }))
  starting.catch(() => {}) // told below, after the primary may have been frozen
  const frozen = wants('BKUP-09') ? await takeWithFrozenPrimary(context, longest(backups)) : undefined
  const { apart, ready } = await starting
  if (!ready) return apart.end()
  const whole = backups.filter(({ performed, artifact }) => performed.ok && artifact !== undefined)
  for (const backup of whole) await restoreOne(context, apart, { backup, known })
  const last = whole.at(-1)
  if (last !== undefined && wants('BKUP-04')) {
    context.step('damaged copies of the backup')
    await offerDamagedCopies(context, apart, { backup: last, known, variants: variantNames(context.threshold('BKUP-04', 'flipped_bits')) })
  }
  if (frozen?.performed.ok === true) await restoreOne(context, apart, { backup: frozen, known, label: frozenLabel })
  await apart.end()
}

const longest = (backups: readonly TakenBackup[]): number => Math.max(0, greatestOf(backups.filter(({ performed }) => performed.ok).map(({ performed }) => performed.tookMs)))

async function restoreOne(context: ScenarioContext, apart: ApartDeployment, { backup, known, label = backup.label }: { readonly backup: TakenBackup; readonly known: Known; readonly label?: string }): Promise<void> {
  context.step(`restoring the backup ${label} in isolation`)
  if (await restoreApart(context, apart, { label, path: backup.path }, known.ledger)) await readBack(context, { label, via: apart.name }, known)
}
