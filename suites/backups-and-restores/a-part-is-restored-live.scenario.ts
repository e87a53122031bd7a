import type { RequirementId } from '../../core/requirement.js'
import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import { oneAccountIsRestored } from './one-account-is-restored.check.js'
import { othersAreLeftAlone } from './others-are-left-alone.check.js'
import { restoreAccountLive } from './restore-account-live.js'
import { restoresAreSilent } from './restores-are-silent.check.js'
import { restoresRunLive } from './restores-run-live.check.js'
import { makeBystanderRecords, startRecordWrites, type BystanderRecords } from './bystanders.js'
import { damageNamespace, namespaceRecords, readRecords, writeRecords, type NamespaceRecord } from './namespaces.js'
import { addressee, named } from './operations.js'
import { takeBackup } from './take-backup.js'
import { theUserIsNotLockedOut } from './the-user-is-not-locked-out.check.js'
import { interventions, loads } from './vocabulary.js'

const bystanderWritesPerSecond = 20
/** Without a rate to go by. */
const bulkDefault = 400
const bulkMax = 4_000

export const scenario: Scenario = {
  id: 'backups-and-restores/a-part-is-restored-live',
  title: 'A part of the data, and one account, can be restored while everybody works',
  needs: ['backup.create', 'data.write', 'data.read.strong'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (_service, profile) => (profile === 'quick' ? 26_000 : 40_000),
  exercise,
  checks: [restoresRunLive, oneAccountIsRestored, othersAreLeftAlone, theUserIsNotLockedOut, restoresAreSilent],
}

async function exercise(context: ScenarioContext): Promise<void> {
  const wants = (...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))
  const perSecond = wants('BKUP-05') ? await restoreNamespaceLive(context) : undefined
  if (!wants('BKUP-06', 'BKUP-07', 'BKUP-08', 'BKUP-10')) return
  // As many as the other restore needed to show how long this one lasts, and half as many again.
  const neededMs = context.threshold('BKUP-08', 'restore_min_duration_s') * 1_000
  const bulk = perSecond === undefined ? bulkDefault : Math.min(bulkMax, Math.ceil((perSecond * neededMs * 1.2) / 1_000))
  await restoreAccountLive(context, { bulk })
}

/** BKUP-05. Returns how many records a second were restored, or undefined. */
async function restoreNamespaceLive(context: ScenarioContext): Promise<number | undefined> {
  const restore = context.service.backup?.restoreLive
  if (restore === undefined) return undefined
  context.step('records of one namespace, and of others')
  const namespace = context.traffic.newKey()
  const records = await writeRecords(context, 'prepare', namespaceRecords(context, namespace, context.threshold('BKUP-05', 'records')))
  const bystanders = await makeBystanderRecords(context, context.threshold('BKUP-05', 'bystanders'))
  await context.pause(context.service.backup?.stalenessMs ?? 0) // so old a backup may be
  const backup = await takeBackup(context, 'before-namespace')
  if (!backup.performed.ok) return undefined
  context.step('damage, and a live restore while others work')
  const damage = await damageNamespace(context, namespace, records)
  context.observe('namespace-damage', 'balancer', { modified: damage.modified.map(({ key }) => key), deleted: damage.deleted.map(({ key }) => key), created: damage.created.map(({ key }) => key) })
  const users = startUsers(context)
  const writes = startRecordWrites(context, bystanders, { load: 'bystander-records', ratePerSecond: bystanderWritesPerSecond })
  const modified = records.find(({ key }) => key === damage.modified[0]?.key)
  const damaged = await outcomeOf(context, modified)
  const fromMs = context.now()
  await context.pause(context.threshold('BKUP-05', 'before_s') * 1_000)
  context.observe('steady-traffic', 'namespace', { fromMs, toMs: context.now() })
  const performed = await context.control.perform(restore, {
    name: interventions.live,
    target: addressee(restore),
    label: 'namespace',
    values: { file: backup.path, namespace },
    // What was never seen to be damaged shows no restore.
    witness: async () => (damaged === 'wrong-content' && (await outcomeOf(context, modified)) === 'ok' ? 'a record that had been modified is as it was' : undefined),
  })
  await context.pause(500)
  await Promise.all([users?.stop(), writes.stop()])
  await readAfterwards(context, { records, created: damage.created, bystanders })
  return performed.ok && performed.tookMs > 0 ? (records.length * 1_000) / performed.tookMs : undefined
}

/** Whether a record is as it was: the restore's own word is no proof. */
async function outcomeOf(context: ScenarioContext, record: NamespaceRecord | undefined): Promise<string | undefined> {
  const read = context.service.data?.readStrong
  if (record === undefined || read === undefined) return undefined
  return (await context.traffic.send({ load: 'restore-witness', operation: named(read, 'record.read'), via: 'balancer', ...record })).outcome
}

async function readAfterwards(context: ScenarioContext, { records, created, bystanders }: { readonly records: readonly NamespaceRecord[]; readonly created: readonly NamespaceRecord[]; readonly bystanders: BystanderRecords }): Promise<void> {
  await readRecords(context, 'namespace-after', records)
  await readRecords(context, 'namespace-created-after', created)
  await readRecords(context, 'bystander-records-after', [...bystanders.last.values()])
}

function startUsers(context: ScenarioContext): Load | undefined {
  const { data } = context.service
  if (data === undefined) return undefined
  const read = data.readOrdinary ?? data.readStrong
  const write = named(data.write, 'user.write')
  return context.traffic.start({
    name: loads.users,
    ratePerSecond: context.threshold('BKUP-05', 'requests_per_second'),
    operations: read === undefined ? [write] : [read, write, read, write, read],
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: 300_000,
  })
}
