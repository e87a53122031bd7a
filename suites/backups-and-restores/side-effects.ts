import type { ScenarioContext } from '../../core/scenario.js'
import { forEachOf, named } from './operations.js'
import { objectKey, readObject, writeObject, type ObjectState, type Person } from './people.js'
import { atPointer } from './transfers.js'

/** Observation `effects` of target when: object key -> how often its changes were announced so far; null when that could not be read. */
export type EffectCounts = Readonly<Record<string, number | null>>
/** Observation `metadata` of target when: object key -> identity and times, or null when the object was not there. */
export type Metadata = Readonly<Record<string, readonly unknown[] | null>>
export type When = 'control-before' | 'control-after' | 'before' | 'after'

const atATime = 8
const announcedWithinMs = 5_000

export async function readEffects(context: ScenarioContext, person: Person, { objects, when }: { readonly objects: readonly ObjectState[]; readonly when: When }): Promise<EffectCounts> {
  const counts: Record<string, number | null> = {}
  await forEachOf(objects, atATime, async (object) => {
    const { effects } = object.type
    const place = effects?.capture?.['count']
    if (effects === undefined || place === undefined || !('pointer' in place)) return
    const { outcome, body } = await context.traffic.send({ load: 'effects', operation: named(effects, 'object.effects'), via: 'balancer', values: { account: person.account, name: object.name } })
    const count = atPointer(body, place.pointer)
    counts[objectKey(person.account, object)] = outcome === 'ok' && typeof count === 'number' ? count : null
  })
  context.observe('effects', when, counts)
  return counts
}

export async function readMetadata(context: ScenarioContext, person: Person, { objects, when }: { readonly objects: readonly ObjectState[]; readonly when: When }): Promise<void> {
  const found: Record<string, readonly unknown[] | null> = {}
  await forEachOf(objects, atATime, async (object) => {
    const { body, outcome } = await readObject(context, { load: 'metadata', person, object })
    const there = outcome === 'ok' || outcome === 'wrong-content'
    found[objectKey(person.account, object)] = there ? object.type.metadata.map((pointer) => atPointer(body, pointer) ?? null) : null
  })
  context.observe('metadata', when, found)
}

/** Positive control: ordinary writes are announced, and that is seen. Returns after how many ms. */
export async function controlEffects(context: ScenarioContext, person: Person, objects: readonly ObjectState[]): Promise<number> {
  const before = await readEffects(context, person, { objects, when: 'control-before' })
  for (const object of objects) await writeObject(context, { load: 'prepare', person, object })
  const writtenAtMs = context.now()
  const rose = async (): Promise<boolean> => {
    const now = await readEffects(context, person, { objects, when: 'control-after' })
    return Object.entries(now).every(([key, count]) => (count ?? 0) > (before[key] ?? 0))
  }
  await context.until('ordinary writes are announced', rose, announcedWithinMs)
  return context.now() - writtenAtMs
}
