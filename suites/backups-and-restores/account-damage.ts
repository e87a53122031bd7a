import type { ScenarioContext } from '../../core/scenario.js'
import { deleteObject, objectsOf, writeObject, writeObjects, type ObjectState, type Person } from './people.js'

export interface DamageSizes {
  readonly modified: number
  readonly deleted: number
  readonly created: number
}
/** What was done to an account after the backup, as far as it was acknowledged. */
export interface Damage {
  readonly modified: readonly ObjectState[]
  readonly deleted: readonly ObjectState[]
  readonly created: readonly ObjectState[]
}

/** Modifies, deletes and creates objects across all types that allow it. */
export async function damageAccount(context: ScenarioContext, person: Person, { objects, sizes }: { readonly objects: readonly ObjectState[]; readonly sizes: DamageSizes }): Promise<Damage> {
  const load = 'damage'
  const modify = inTurn(objects.filter(({ type }) => type.hasValue), sizes.modified)
  const chosen = new Set(modify)
  const remove = inTurn(objects.filter((object) => object.type.delete !== undefined && !chosen.has(object)), sizes.deleted)
  const modified: ObjectState[] = []
  for (const object of modify) {
    if ((await writeObject(context, { load, person, object: { ...object, value: `${object.name} modified` } })).outcome === 'ok') modified.push(object)
  }
  const deleted: ObjectState[] = []
  for (const object of remove) if ((await deleteObject(context, { load, person, object })).outcome === 'ok') deleted.push(object)
  const types = [...new Set(objects.filter(({ type }) => !type.single).map(({ type }) => type))]
  const planned = objectsOf(types, { count: Math.ceil(sizes.created / Math.max(1, types.length)), bulk: 0, tag: 'since' }).slice(0, Math.max(sizes.created, 0))
  const created = await writeObjects(context, person, { load, objects: planned })
  return { modified, deleted, created }
}

/** So many, of each type in turn. */
function inTurn(objects: readonly ObjectState[], count: number): ObjectState[] {
  const byType = new Map<string, ObjectState[]>()
  for (const object of objects) byType.set(object.type.name, [...(byType.get(object.type.name) ?? []), object])
  const chosen: ObjectState[] = []
  for (let round = 0; chosen.length < Math.min(count, objects.length); round++) {
    for (const list of byType.values()) {
      const object = list[round]
      if (object !== undefined && chosen.length < count) chosen.push(object)
    }
  }
  return chosen
}
