import type { ScenarioContext } from '../../core/scenario.js'
import { namespaceRecords, writeRecords, type NamespaceRecord } from './namespaces.js'
import { named } from './operations.js'
import { newPerson, objectKey, objectsOf, readObjects, writeObject, writeObjects, type Accounts, type ObjectState, type Person } from './people.js'

/** Whose data are not restored: their last acknowledged values must stay. */
export interface BystanderAccount {
  readonly person: Person
  /** Name of object key -> what must be there, kept up to date by every acknowledged write. */
  readonly objects: Map<string, ObjectState>
}

/** Each with one object of every type; the shared one is the group of the one to be restored. Recorded as fact `bystander-accounts`. */
export async function makeBystanders(accounts: Accounts, { count, group }: { readonly count: number; readonly group: string }): Promise<BystanderAccount[]> {
  const { context, declared } = accounts
  const made = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<BystanderAccount | undefined> => {
      const person = await newPerson(accounts)
      if (person === undefined) return undefined
      const own = objectsOf(declared.types, { count: 1, bulk: 0, tag: 'own' })
      // The first one is in the group already; the second one joins it after the backup.
      const objects = own.flatMap((object) => (object.type.shared ? (index === 0 ? [{ ...object, name: group }] : []) : [object]))
      const written = await writeObjects(context, person, { load: 'prepare', objects })
      return { person, objects: new Map(written.map((object) => [objectKey(person.account, object), object])) }
    }),
  )
  const bystanders = made.filter((one) => one !== undefined)
  context.fact('bystander-accounts', bystanders.map(({ person }) => person.account))
  return bystanders
}

/** Changes every bystander after the backup: a restore of the whole backup would undo it. Requests of load `bystander-changes`. */
export async function changeBystanders(context: ScenarioContext, bystanders: readonly BystanderAccount[], { changesEach, group }: { readonly changesEach: number; readonly group: string }): Promise<void> {
  await Promise.all(
    bystanders.map(async ({ person, objects }, index) => {
      const changeable = [...objects.values()].filter(({ type }) => type.hasValue)
      for (let change = 0; change < changesEach; change++) {
        const object = changeable[change % Math.max(1, changeable.length)]
        if (object !== undefined) await write(context, 'bystander-changes', { person, objects, object: { ...object, value: `change ${change} after the backup` } })
      }
      const shared = [...objects.values()].length > 0 ? context.service.data?.accounts?.types.find((type) => type.shared) : undefined
      if (index === 1 && shared !== undefined) await write(context, 'bystander-changes', { person, objects, object: { type: shared, name: group, value: group } })
    }),
  )
}

async function write(context: ScenarioContext, load: string, { person, objects, object }: BystanderAccount & { readonly object: ObjectState }): Promise<void> {
  const { outcome } = await writeObject(context, { load, person, object, timeoutMs: 3_000 })
  if (outcome === 'ok') objects.set(objectKey(person.account, object), object)
  else objects.delete(objectKey(person.account, object)) // what it is now is not known
}

/** Bystanders go on writing, each one object after the other, until stopped. Requests of load `bystander-writes`. */
export function startBystanderWrites(context: ScenarioContext, bystanders: readonly BystanderAccount[], ratePerSecond: number): { stop(): Promise<void> } {
  let stopped = false
  const periodMs = (bystanders.length * 1_000) / ratePerSecond
  const run = async (bystander: BystanderAccount): Promise<void> => {
    const changeable = [...bystander.objects.values()].filter(({ type }) => type.hasValue)
    for (let turn = 0; !stopped && !context.signal.aborted && changeable.length > 0; turn++) {
      const nextAtMs = context.now() + periodMs
      const object = changeable[turn % changeable.length]
      if (object !== undefined) await write(context, 'bystander-writes', { ...bystander, object: { ...object, value: `written while another account was restored ${turn}` } })
      if (!stopped) await context.pause(Math.max(1, nextAtMs - context.now()))
    }
  }
  const running = Promise.all(bystanders.map(run))
  running.catch(() => {}) // the scenario was cut; whoever stops them is told
  return {
    stop: async () => {
      stopped = true
      await running
    },
  }
}

/** Reads what each bystander should have: requests of load `bystanders-after`. */
export async function readBystanders(context: ScenarioContext, bystanders: readonly BystanderAccount[]): Promise<void> {
  for (const { person, objects } of bystanders) await readObjects(context, person, { load: 'bystanders-after', objects: [...objects.values()] })
}

/** Records of namespaces that are not restored, each last written after the backup or during the restore. */
export interface BystanderRecords {
  readonly last: Map<string, NamespaceRecord>
}

export async function makeBystanderRecords(context: ScenarioContext, namespaces: number): Promise<BystanderRecords> {
  const records = Array.from({ length: namespaces }, () => context.traffic.newKey()).flatMap((namespace) => namespaceRecords(context, namespace, 2))
  const written = await writeRecords(context, 'prepare', records)
  return { last: new Map(written.map((record) => [record.key, record])) }
}

/** One write after the other to these records and to new ones. Requests of the load given. */
export function startRecordWrites(context: ScenarioContext, { last }: BystanderRecords, { load, ratePerSecond }: { readonly load: string; readonly ratePerSecond: number }): { stop(): Promise<void> } {
  const { data } = context.service
  const keys = [...last.keys()]
  let stopped = false
  const run = async (): Promise<void> => {
    for (let turn = 0; !stopped && !context.signal.aborted && data !== undefined && keys.length > 0; turn++) {
      const nextAtMs = context.now() + 1_000 / ratePerSecond
      const record = { key: turn % 2 === 0 ? (keys[(turn / 2) % keys.length] ?? '') : context.traffic.newKey(), value: `written while others were restored ${turn}` }
      const { outcome } = await context.traffic.send({ load, operation: named(data.write, 'record.write'), via: 'balancer', ...record })
      if (outcome === 'ok') last.set(record.key, record)
      else last.delete(record.key) // what it is now is not known
      if (!stopped) await context.pause(Math.max(1, nextAtMs - context.now()))
    }
  }
  const running = run()
  running.catch(() => {}) // the scenario was cut; whoever stops them is told
  return {
    stop: async () => {
      stopped = true
      await running
    },
  }
}
