import { setTimeout as pause } from 'node:timers/promises'
import type Docker from 'dockerode'
import { messageOf } from '../../core/errors.js'
import { unlessGone } from './engine-error.js'
import { swarmObjects, type SwarmObjects } from './swarm-objects.js'

/** Rounds of removal: what is being removed by somebody else, or was just being made, is gone or there in the next one. */
const roundsMax = 4
/** A swarm frees a network when it has seen the ends of the tasks in it, which takes it some seconds. */
const swarmFreesWithinMs = 25_000
const swarmLookEveryMs = 200

/** Whose objects: all with this label. A volume that the engine made by itself for a container has only a name. */
export interface Owned {
  readonly label: string
  readonly namePrefix?: string
}
interface Round {
  readonly found: number
  readonly left: readonly string[]
  readonly isOfSwarm: boolean
}

/**
 * Removes every service, container, network and volume of theirs. Resolves to what is still there. `settleMs`: how long to wait and
 * look again for what was just being made when whoever asked for it died.
 */
export async function removeObjects(docker: Docker, owned: Owned, settleMs = 0): Promise<readonly string[]> {
  const endAt = performance.now() + swarmFreesWithinMs
  let left: readonly string[] = []
  let isOfSwarm = false
  for (let round = 1; round <= roundsMax || (isOfSwarm && performance.now() < endAt); round += 1) {
    const made = await removeOnce(docker, owned)
    left = made.left
    isOfSwarm ||= made.isOfSwarm
    if (made.found === 0 && ((settleMs === 0 && !isOfSwarm) || round > 1)) return []
    const pauseMs = isOfSwarm ? Math.max(settleMs, swarmLookEveryMs) : settleMs
    if (pauseMs > 0) await pause(pauseMs)
  }
  return left
}

/** Services first: a swarm makes a container anew that is taken away from one. */
async function removeOnce(docker: Docker, { label, namePrefix }: Owned): Promise<Round> {
  const filters = { label: [label] }
  const attempt = (what: string, work: Promise<unknown>): Promise<readonly string[]> =>
    unlessGone(work).then(() => [], () => [what])
  // A swarm that does not answer keeps nothing else from being removed, but nobody may say that it has nothing.
  const ofSwarm = await swarmObjects(docker, label).catch((error: unknown): SwarmObjects & { readonly unknown: string } => ({ services: [], tasks: [], unknown: `what the swarm has (${messageOf(error)})` }))
  const { services, tasks } = ofSwarm
  const unknown = 'unknown' in ofSwarm ? [ofSwarm.unknown] : []
  const left = [await Promise.all(services.map((one) => attempt(`service ${one.Spec.Name}`, docker.getService(one.ID).remove())))]
  const containers = await docker.listContainers({ all: true, filters })
  left.push(await Promise.all(containers.map((one) => attempt(`container ${one.Names[0] ?? one.Id}`, docker.getContainer(one.Id).remove({ force: true, v: true })))))
  left.push([unknown])
  // The swarm takes them away when it has seen their ends; until then it may make a container yet.
  left.push(tasks.map((one) => [`task ${one.ID}`]))
  const networks = await docker.listNetworks({ filters })
  left.push(await Promise.all(networks.map((one) => attempt(`network ${one.Name}`, docker.getNetwork(one.Id).remove()))))
  const { Volumes: all } = await docker.listVolumes()
  const [key = '', value = ''] = label.split('=')
  const volumes = (all ?? []).filter(({ Name: name, Labels: labels }) => (labels as Record<string, string> | null)?.[key] === value || (namePrefix !== undefined && name.startsWith(namePrefix)))
  left.push(await Promise.all(volumes.map((one) => attempt(`volume ${one.Name}`, docker.getVolume(one.Name).remove()))))
  return {
    found: unknown.length + services.length + tasks.length + containers.length + networks.length + volumes.length,
    left: left.flat(2),
    isOfSwarm: unknown.length + services.length + tasks.length > 0 || networks.some(({ Scope: scope }) => scope === 'swarm'),
  }
}
