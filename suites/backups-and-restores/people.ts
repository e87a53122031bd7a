import type { AccountObjectType, AccountsDeclaration } from '../../core/declarations/backup.js'
import type { ScenarioContext, Sent } from '../../core/scenario.js'
import { forEachOf, named } from './operations.js'
import { atPointer } from './transfers.js'

const atATime = 8

export interface Person {
  readonly account: string
  readonly password: string
  readonly token: string
}
/** One object of an account, and what its value should be; undefined: it should not be there. */
export interface ObjectState {
  readonly type: AccountObjectType
  readonly name: string
  readonly value: string | undefined
}
export interface Accounts {
  readonly context: ScenarioContext
  readonly declared: AccountsDeclaration
}

/** Creates an account, gives it a password and logs in. Undefined when one of these did not work. */
export async function newPerson({ context, declared }: Accounts): Promise<Person | undefined> {
  const account = context.traffic.newKey()
  const password = `first-${account}`
  const created = await send({ context, load: 'prepare' }, declared.create, { account })
  const set = created.outcome === 'ok' ? await setPassword({ context, declared }, { account, password }) : false
  const token = set ? await logIn({ context, declared }, { load: 'prepare', account, password }) : undefined
  return token === undefined ? undefined : { account, password, token }
}

export async function setPassword({ context, declared }: Accounts, { account, password }: { readonly account: string; readonly password: string }): Promise<boolean> {
  return (await send({ context, load: 'prepare' }, named(declared.setPassword, 'account.password'), { account, password })).outcome === 'ok'
}

const loginTimeoutMs = 2_000
export async function logIn({ context, declared }: Accounts, { load, account, password }: { readonly load: string; readonly account: string; readonly password: string }): Promise<string | undefined> {
  const { operation, tokenPointer } = declared.login
  const { outcome, body } = await context.traffic.send({ load, operation: named(operation, 'account.login'), via: 'balancer', key: account, values: { account, password }, timeoutMs: loginTimeoutMs })
  const token = atPointer(body, tokenPointer)
  return outcome === 'ok' && typeof token === 'string' ? token : undefined
}

const send = ({ context, load }: { readonly context: ScenarioContext; readonly load: string }, operation: Parameters<ScenarioContext['traffic']['send']>[0]['operation'], values: Readonly<Record<string, string>>): Promise<Sent> =>
  context.traffic.send({ load, operation, via: 'balancer', values })

interface ObjectCall {
  readonly load: string
  readonly person: Person
  readonly object: Pick<ObjectState, 'type' | 'name'> & { readonly value?: string | undefined }
  readonly timeoutMs?: number
}

/** What names an object in the history: the key of its request events. */
export const objectKey = (account: string, { type, name }: Pick<ObjectState, 'type' | 'name'>): string => `${account}/${type.name}/${name}`

function callObject(context: ScenarioContext, call: ObjectCall, verb: 'write' | 'read' | 'delete'): Promise<Sent> {
  const { load, person, object, timeoutMs } = call
  const operation = object.type[verb]
  if (operation === undefined) throw new Error(`objects of type ${object.type.name} have no ${verb}`)
  return context.traffic.send({
    load,
    operation: named(operation, `object.${verb}`),
    via: 'balancer',
    key: objectKey(person.account, object),
    token: person.token,
    values: { account: person.account, name: object.name },
    value: object.value ?? '',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
}
export const writeObject = (context: ScenarioContext, call: ObjectCall): Promise<Sent> => callObject(context, call, 'write')
export const readObject = (context: ScenarioContext, call: ObjectCall): Promise<Sent> => callObject(context, call, 'read')
export const deleteObject = (context: ScenarioContext, call: ObjectCall): Promise<Sent> => callObject(context, call, 'delete')

/** Writes these in order of their types, so that what lies below another comes after it. Returns those that were acknowledged. */
export async function writeObjects(context: ScenarioContext, person: Person, { load, objects }: { readonly load: string; readonly objects: readonly ObjectState[] }): Promise<ObjectState[]> {
  const acknowledged = new Set<ObjectState>()
  await forEachOf(objects, atATime, async (object) => {
    if ((await writeObject(context, { load, person, object })).outcome === 'ok') acknowledged.add(object)
  })
  return objects.filter((object) => acknowledged.has(object))
}

export async function readObjects(context: ScenarioContext, person: Person, { load, objects }: { readonly load: string; readonly objects: readonly ObjectState[] }): Promise<void> {
  await forEachOf(objects, atATime, async (object) => void (await readObject(context, { load, person, object })))
}

/** `count` objects of each type, one where there can be only one; of the first type `bulk` more. */
export function objectsOf(types: readonly AccountObjectType[], { count, bulk, tag }: { readonly count: number; readonly bulk: number; readonly tag: string }): ObjectState[] {
  return types.flatMap((type, index) => {
    const many = type.single ? 1 : count + (index === 0 ? bulk : 0)
    return Array.from({ length: many }, (_, number): ObjectState => {
      const name = type.single ? 'own' : `${tag}-${type.name}-${number}`
      return { type, name, value: `${name} as it was` }
    })
  })
}
