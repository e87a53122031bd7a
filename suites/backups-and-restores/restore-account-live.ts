import type { ScenarioContext } from '../../core/scenario.js'
import { damageAccount, type Damage } from './account-damage.js'
import { changeBystanders, makeBystanders, readBystanders, startBystanderWrites, type BystanderAccount } from './bystanders.js'
import { addressee, named } from './operations.js'
import { logIn, newPerson, objectKey, objectsOf, readObject, readObjects, setPassword, writeObjects, type Accounts, type ObjectState, type Person } from './people.js'
import { controlEffects, readEffects, readMetadata } from './side-effects.js'
import { takeBackup, type TakenBackup } from './take-backup.js'
import { readVictimWrites, startVictimProbes, type VictimProbes } from './victim-probes.js'
import { interventions } from './vocabulary.js'

const accountLabel = 'account'
const bystanderWritesPerSecond = 25
const objectsPerType = 10

/** Fact `account`: whose restore it was, and what is declared about it. */
export interface AccountFact {
  readonly account: string
  readonly types: readonly string[]
  readonly createdSince: 'removed' | 'kept'
  readonly passwordAfterRestore: 'current' | 'backup'
}
/** Observation `account-damage`: keys of objects. */
export interface AccountDamage {
  readonly modified: readonly string[]
  readonly deleted: readonly string[]
  readonly created: readonly string[]
}

interface Victim {
  readonly person: Person
  readonly objects: readonly ObjectState[]
  readonly group: string
}

/** BKUP-06, -07, -08 and -10: one account is damaged and restored while its user and all others work. */
export async function restoreAccountLive(context: ScenarioContext, { bulk }: { readonly bulk: number }): Promise<void> {
  const declared = context.service.data?.accounts
  const restore = context.service.backup?.restoreAccount
  if (declared === undefined || restore === undefined) return
  const accounts: Accounts = { context, declared }
  context.step('an account with objects of every kind, and ten others')
  const victim = await makeVictim(accounts, bulk)
  if (victim === undefined) return
  const { person, group } = victim
  context.fact('account', { account: person.account, types: declared.types.map(({ name }) => name), createdSince: declared.createdSince, passwordAfterRestore: declared.passwordAfterRestore } satisfies AccountFact)
  const bystanders = await makeBystanders(accounts, { count: context.threshold('BKUP-07', 'bystanders'), group })
  const silent = silentSample(context, victim)
  let announcedWithinMs = 0
  if (silent.length > 0) {
    announcedWithinMs = await controlEffects(context, person, silent.slice(0, context.threshold('BKUP-10', 'control_events_min')))
    await readMetadata(context, person, { objects: silent, when: 'before' })
  }
  await context.pause(context.service.backup?.stalenessMs ?? 0) // so old a backup may be
  const backup = await takeBackup(context, 'before-account')
  if (!backup.performed.ok) return
  context.step('damage to the account, changes to the others')
  await changeBystanders(context, bystanders, { changesEach: context.threshold('BKUP-07', 'post_backup_changes_each'), group })
  const damage = await damageVictim(context, victim)
  const password = `second-${person.account}`
  const changed = await setPassword(accounts, { account: person.account, password })
  if (silent.length > 0) {
    await context.pause(2 * announcedWithinMs) // the damage is announced as well, and that is not the restore's doing
    await readEffects(context, person, { objects: silent, when: 'before' })
  }
  const current = changed ? password : person.password
  const probes = await restoreWhileUsed(accounts, { victim, damage, bystanders, backup, password: current })
  await lookAfterwards(accounts, { victim, damage, bystanders, silent, announcedWithinMs, probes, passwords: { current, backup: person.password } })
}

async function makeVictim(accounts: Accounts, bulk: number): Promise<Victim | undefined> {
  const { context, declared } = accounts
  const person = await newPerson(accounts)
  if (person === undefined) return undefined
  const group = context.traffic.newKey()
  const planned = objectsOf(declared.types, { count: objectsPerType, bulk, tag: 'old' }).map((object) => (object.type.shared && object.name.endsWith('-0') ? { ...object, name: group } : object))
  return { person, group, objects: await writeObjects(context, person, { load: 'prepare', objects: planned }) }
}

/** Objects of a kind whose changes are announced and whose identity can be read. */
const silentSample = (context: ScenarioContext, { objects }: Victim): readonly ObjectState[] =>
  context.selected.has('BKUP-10') ? objects.filter(({ type }) => type.effects !== undefined && type.metadata.length > 0).slice(0, context.threshold('BKUP-10', 'restored')) : []

async function damageVictim(context: ScenarioContext, { person, objects, group }: Victim): Promise<Damage> {
  // The group and one object of the first kind stay as they are: the user goes on looking at them.
  const touchable = objects.filter((object) => object.name !== group && object !== untouchedOf(objects))
  const damage = await damageAccount(context, person, {
    objects: touchable,
    sizes: { modified: context.threshold('BKUP-06', 'modified'), deleted: context.threshold('BKUP-06', 'deleted'), created: context.threshold('BKUP-06', 'created') },
  })
  const keys = (some: readonly ObjectState[]): readonly string[] => some.map((object) => objectKey(person.account, object))
  context.observe('account-damage', 'balancer', { modified: keys(damage.modified), deleted: keys(damage.deleted), created: keys(damage.created) } satisfies AccountDamage)
  return damage
}

const untouchedOf = (objects: readonly ObjectState[]): ObjectState | undefined => objects.filter(({ type }) => type === objects[0]?.type).at(-1)

interface Restoring {
  readonly victim: Victim
  readonly damage: Damage
  readonly bystanders: readonly BystanderAccount[]
  readonly backup: TakenBackup
  readonly password: string
}

async function restoreWhileUsed(accounts: Accounts, { victim, damage, bystanders, backup, password }: Restoring): Promise<VictimProbes | undefined> {
  const { context } = accounts
  const restore = context.service.backup?.restoreAccount
  const untouched = untouchedOf(victim.objects)
  if (restore === undefined || untouched === undefined) return undefined
  context.step('one account is restored while its user and the others work')
  const [first] = bystanders
  const shared = victim.objects.find(({ name }) => name === victim.group)
  const member = first === undefined || shared === undefined ? undefined : { person: first.person, shared }
  const writes = startBystanderWrites(context, bystanders, bystanderWritesPerSecond)
  const probes = startVictimProbes(accounts, { victim: victim.person, password, untouched, member })
  await context.pause(context.threshold('BKUP-08', 'before_s') * 1_000)
  const [modified] = damage.modified
  const outcomeOf = async (): Promise<string | undefined> => (modified === undefined ? undefined : (await readObject(context, { load: 'restore-witness', person: victim.person, object: modified })).outcome)
  const damaged = await outcomeOf()
  await context.control.perform(restore, {
    name: interventions.account,
    target: addressee(restore),
    label: accountLabel,
    values: { file: backup.path, account: victim.person.account },
    // What was never seen to be damaged shows no restore.
    witness: async () => (damaged === 'wrong-content' && (await outcomeOf()) === 'ok' ? 'an object that had been modified is as it was' : undefined),
  })
  await context.pause(context.threshold('BKUP-08', 'after_s') * 1_000)
  await Promise.all([writes.stop(), probes.stop()])
  return probes
}

interface Afterwards {
  readonly victim: Victim
  readonly damage: Damage
  readonly bystanders: readonly BystanderAccount[]
  readonly silent: readonly ObjectState[]
  /** So long it took until ordinary writes had been announced. */
  readonly announcedWithinMs: number
  readonly probes: VictimProbes | undefined
  readonly passwords: { readonly current: string; readonly backup: string }
}

async function lookAfterwards(accounts: Accounts, { victim, damage, bystanders, silent, announcedWithinMs, probes, passwords }: Afterwards): Promise<void> {
  const { context, declared } = accounts
  context.step('what became of the account, and of the others')
  const { account } = victim.person
  const { logout } = declared
  if (logout !== undefined) await context.traffic.send({ load: 'victim-logs-out', operation: named(logout, 'account.logout'), via: 'balancer', token: victim.person.token })
  const tokens = {
    current: await logIn(accounts, { load: 'credentials-current', account, password: passwords.current }),
    backup: await logIn(accounts, { load: 'credentials-backup', account, password: passwords.backup }),
  }
  const token = tokens[declared.passwordAfterRestore] ?? tokens.current ?? tokens.backup ?? victim.person.token
  const person: Person = { ...victim.person, token }
  await readObjects(context, person, { load: 'account-after', objects: victim.objects })
  await readObjects(context, person, { load: 'account-created-after', objects: damage.created })
  if (probes !== undefined) await readVictimWrites(context, person, probes.written)
  await readBystanders(context, bystanders)
  if (silent.length === 0) return
  await context.pause(2 * announcedWithinMs)
  await readEffects(context, person, { objects: silent, when: 'after' })
  await readMetadata(context, person, { objects: silent, when: 'after' })
}
