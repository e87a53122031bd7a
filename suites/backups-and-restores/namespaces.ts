import type { ScenarioContext } from '../../core/scenario.js'
import { forEachOf, named } from './operations.js'

const atATime = 8

export interface NamespaceRecord {
  readonly key: string
  readonly value: string
}

export function namespaceRecords(context: ScenarioContext, namespace: string, count: number): NamespaceRecord[] {
  const pattern = context.service.data?.namespace ?? '{namespace}-{name}'
  return Array.from({ length: count }, (_, index) => {
    const key = pattern.replaceAll('{namespace}', namespace).replaceAll('{name}', String(index))
    return { key, value: `record ${index} as it was` }
  })
}

export async function writeRecords(context: ScenarioContext, load: string, records: readonly NamespaceRecord[]): Promise<NamespaceRecord[]> {
  const write = context.service.data?.write
  const acknowledged = new Set<NamespaceRecord>()
  await forEachOf(records, atATime, async (record) => {
    if (write === undefined) return
    const { outcome } = await context.traffic.send({ load, operation: named(write, 'record.write'), via: 'balancer', ...record })
    if (outcome === 'ok') acknowledged.add(record)
  })
  return records.filter((record) => acknowledged.has(record))
}

export async function readRecords(context: ScenarioContext, load: string, records: readonly NamespaceRecord[]): Promise<void> {
  const read = context.service.data?.readStrong
  if (read === undefined) return
  await forEachOf(records, atATime, async (record) => {
    await context.traffic.send({ load, operation: named(read, 'record.read'), via: 'balancer', ...record })
  })
}

export interface NamespaceDamage {
  readonly modified: readonly NamespaceRecord[]
  readonly deleted: readonly NamespaceRecord[]
  readonly created: readonly NamespaceRecord[]
}

/** A third of the records is modified, a third deleted (where records can be deleted), and some are new. */
export async function damageNamespace(context: ScenarioContext, namespace: string, records: readonly NamespaceRecord[]): Promise<NamespaceDamage> {
  const { data } = context.service
  const third = Math.ceil(records.length / 3)
  const modified = await writeRecords(context, 'damage', records.slice(0, third).map((record) => ({ ...record, value: `${record.value} no more` })))
  const deleted: NamespaceRecord[] = []
  const remove = data?.delete
  if (remove !== undefined) {
    await forEachOf(records.slice(third, 2 * third), atATime, async (record) => {
      const { outcome } = await context.traffic.send({ load: 'damage', operation: named(remove, 'record.delete'), via: 'balancer', key: record.key })
      if (outcome === 'ok') deleted.push(record)
    })
  }
  const fresh = namespaceRecords(context, namespace, records.length + Math.min(10, third)).slice(records.length)
  const created = await writeRecords(context, 'damage', fresh)
  return { modified, deleted, created }
}
