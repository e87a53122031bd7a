import { atJsonPointer } from '../../core/json-pointer.js'
import type { RemoteTarget } from '../../core/service-descriptor.js'
import { untilTrue } from './address.js'
import { notDone, type RemoteInstance } from './hooks.js'

interface Machines {
  readonly remote: RemoteTarget
  readonly instances: readonly RemoteInstance[]
  readonly signal: AbortSignal
}

const answerMs = 2_000

/** What the machine of each replica says of its boot, in their order. Throws SW_NOT_DONE when one says nothing. */
export async function readBootIds({ remote, instances }: Machines): Promise<readonly string[]> {
  const ids = await Promise.all(instances.map((instance) => bootIdOf(remote, instance)))
  const silent = instances.find((_, index) => ids[index] === undefined)
  if (silent !== undefined) throw notDone(`reading the boot id of the machine of ${silent.id}`, 'no answer with an id at target.bootId')
  return ids.flatMap((id) => id ?? [])
}

/** Throws SW_NOT_DONE when one of them still is in the old boot, or says nothing, after that time. */
export async function untilOtherBoots(machines: Machines, before: readonly string[], timeoutMs: number): Promise<readonly string[]> {
  const { remote, instances, signal } = machines
  let now: readonly (string | undefined)[] = []
  const look = async (): Promise<boolean> => {
    now = await Promise.all(instances.map((instance) => bootIdOf(remote, instance)))
    return now.every((id, index) => id !== undefined && id !== before[index])
  }
  if (await untilTrue(look, { timeoutMs, signal })) return now.flatMap((id) => id ?? [])
  const late = instances.find((_, index) => now[index] === undefined || now[index] === before[index])
  throw notDone('rebooting the machine', `that the reboot hook ended with 0 and target.bootId of ${late?.id ?? 'a replica'} ${now.some((id) => id === undefined) ? 'gives no id' : 'gives the same id'} after ${timeoutMs / 1_000} s`)
}

async function bootIdOf({ bootId }: RemoteTarget, { index, address }: RemoteInstance): Promise<string | undefined> {
  if (bootId === undefined) return undefined
  const values: Readonly<Record<string, string>> = { host: address.host, port: String(address.port), index: String(index) }
  try {
    const answer = await fetch(bootId.url.replaceAll(/\{(host|port|index)\}/g, (_, key: string) => values[key] ?? ''), { signal: AbortSignal.timeout(answerMs), headers: { connection: 'close' }, redirect: 'manual' })
    const text = await answer.text()
    if (!answer.ok) return undefined
    const id = bootId.pointer === undefined ? text.trim() : atJsonPointer(JSON.parse(text), bootId.pointer)
    return typeof id === 'string' || typeof id === 'number' ? String(id) || undefined : undefined
  } catch {
    return undefined
  }
}
