import { createHash } from 'node:crypto'
import type { ApartDeployment, ScenarioContext } from '../../core/scenario.js'
import type { Ledger } from './ledger.js'
import { forEachOf, named, withJson } from './operations.js'
import { atPointer, balanceOf } from './transfers.js'
import { interventions, restoredLoads, type Listed } from './vocabulary.js'

const atATime = 12

/** What is known of the data and can be looked for in a restored copy. */
export interface Known {
  readonly ledger: Ledger
  readonly marks: readonly string[]
  readonly accounts: readonly string[]
  readonly markers: readonly string[]
}

/** Restores a backup into the second deployment. Witnessed by a record that comes, and by one that was there before and goes. */
export async function restoreApart(context: ScenarioContext, apart: ApartDeployment, backup: { readonly label: string; readonly path: string }, ledger: Ledger): Promise<boolean> {
  const { backup: declared, data } = context.service
  const procedure = declared?.restoreIsolated
  const [known] = ledger.records
  if (procedure === undefined || data?.readStrong === undefined || known === undefined) return false
  const read = withJson(data.readStrong, 'known.read', { value: known.value })
  const stray = context.traffic.newKey()
  const isThere = async (key: string, operation = read): Promise<boolean | undefined> => {
    const { outcome, status } = await context.traffic.send({ load: 'restore-witness', operation, via: apart.name, key })
    return outcome === 'ok' ? true : status === 404 || status === 410 ? false : undefined
  }
  const readStray = named(data.readStrong, 'stray.read')
  await context.traffic.send({ load: 'restore-witness', operation: named(data.write, 'stray.write'), via: apart.name, key: stray })
  const before = { known: await isThere(known.key), stray: await isThere(stray, readStray) }
  const performed = await context.control.perform(procedure, {
    name: interventions.isolated,
    target: apart.name,
    label: backup.label,
    values: { file: backup.path },
    witness: async () => {
      if (before.known === false && (await isThere(known.key)) === true) return 'a record that was not there is there now'
      return before.stray === true && (await isThere(stray, readStray)) === false ? 'a record that the backup does not hold is gone' : undefined
    },
  })
  return performed.ok
}

/** Reads everything known from the restored copy: requests of the loads `restoredLoads(label)`. */
export async function readBack(context: ScenarioContext, { label, via }: { readonly label: string; readonly via: string }, known: Known): Promise<void> {
  const { data } = context.service
  const read = data?.readStrong
  const of = restoredLoads(label)
  if (data === undefined || read === undefined) return
  await forEachOf(known.ledger.records, atATime, async ({ key, value }) => {
    await context.traffic.send({ load: of.corpus, operation: withJson(read, 'corpus.read', { value }), via, key })
  })
  await readKeys(context, { load: of.deleted, via, keys: known.ledger.deleted })
  await readKeys(context, { load: of.marks, via, keys: known.marks })
  await list(context, { label, via, prefix: `${known.ledger.prefix}-c-` })
  const { invariant } = data
  if (invariant === undefined) return
  await forEachOf(known.accounts, atATime, async (account) => void (await balanceOf(context, invariant, { load: of.balances, via, account })))
  await forEachOf(known.markers, atATime, async (marker) => {
    await context.traffic.send({ load: of.markers, operation: named(invariant.marker, 'invariant.marker'), via, key: marker })
  })
}

async function readKeys(context: ScenarioContext, { load, via, keys }: { readonly load: string; readonly via: string; readonly keys: readonly string[] }): Promise<void> {
  const read = context.service.data?.readStrong
  if (read === undefined) return
  await forEachOf(keys, atATime, async (key) => {
    await context.traffic.send({ load, operation: named(read, 'key.read'), via, key })
  })
}

async function list(context: ScenarioContext, { label, via, prefix }: { readonly label: string; readonly via: string; readonly prefix: string }): Promise<void> {
  const declared = context.service.data?.list
  if (declared === undefined) return
  const { body, outcome } = await context.traffic.send({ load: 'list', operation: declared.operation, via, values: { prefix } })
  const items = atPointer(body, declared.itemsPointer)
  const keys = outcome === 'ok' && Array.isArray(items) ? items.map((item) => String(atPointer(item, declared.keyPointer))) : null
  context.observe('listed', label, { keys } satisfies Listed)
}

/** One hash of all known data of the copy; undefined when some of it could not be read. */
export async function digestOf(context: ScenarioContext, via: string, known: Known): Promise<string | undefined> {
  const { data } = context.service
  const read = data?.readStrong
  if (data === undefined || read === undefined) return undefined
  const found = new Map<string, unknown>()
  let unread = 0
  await forEachOf(known.ledger.records, atATime, async ({ key, value }) => {
    const { outcome, status, body } = await context.traffic.send({ load: 'digest', operation: withJson(read, 'corpus.read', { value }), via, key })
    if (outcome === 'ok' || outcome === 'wrong-content') found.set(key, body)
    else if (status === 404 || status === 410) found.set(key, null)
    else unread += 1
  })
  const { invariant } = data
  if (invariant !== undefined) {
    await forEachOf(known.accounts, atATime, async (account) => void found.set(account, (await balanceOf(context, invariant, { load: 'digest', via, account })) ?? null))
  }
  if (unread > 0) return undefined
  return createHash('sha256').update(JSON.stringify([...found].sort(([one], [other]) => (one < other ? -1 : 1)))).digest('hex')
}

