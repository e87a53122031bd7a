import { setTimeout as pause } from 'node:timers/promises'
import type Docker from 'dockerode'
import { statusOf } from './engine-error.js'

/** Rounds of removal: what is being removed by somebody else, or was just being made, is gone or there in the next one. */
const roundsMax = 4

/** Whose objects: all with this label. A volume that the engine made by itself for a container has only a name. */
export interface Owned {
  readonly label: string
  readonly namePrefix?: string
}

/**
 * Removes every container, network and volume of theirs. Resolves to what is still there. `settleMs`: how long to wait and
 * look again for what was just being made when whoever asked for it died.
 */
export async function removeObjects(docker: Docker, owned: Owned, settleMs = 0): Promise<readonly string[]> {
  let left: readonly string[] = []
  for (let round = 1; round <= roundsMax; round += 1) {
    const { found, left: still } = await removeOnce(docker, owned)
    left = still
    if (found === 0 && (settleMs === 0 || round > 1)) return []
    if (settleMs > 0) await pause(settleMs)
  }
  return left
}

async function removeOnce(docker: Docker, { label, namePrefix }: Owned): Promise<{ readonly found: number; readonly left: readonly string[] }> {
  const filters = { label: [label] }
  const attempt = (what: string, work: Promise<unknown>): Promise<readonly string[]> =>
    work.then(() => [], (error: unknown) => (statusOf(error) === 404 ? [] : [what]))
  const containers = await docker.listContainers({ all: true, filters })
  const left = [await Promise.all(containers.map((one) => attempt(`container ${one.Names[0] ?? one.Id}`, docker.getContainer(one.Id).remove({ force: true, v: true }))))]
  const networks = await docker.listNetworks({ filters })
  left.push(await Promise.all(networks.map((one) => attempt(`network ${one.Name}`, docker.getNetwork(one.Id).remove()))))
  const { Volumes: all } = await docker.listVolumes()
  const [key = '', value = ''] = label.split('=')
  const volumes = (all ?? []).filter(({ Name: name, Labels: labels }) => (labels as Record<string, string> | null)?.[key] === value || (namePrefix !== undefined && name.startsWith(namePrefix)))
  left.push(await Promise.all(volumes.map((one) => attempt(`volume ${one.Name}`, docker.getVolume(one.Name).remove()))))
  return { found: containers.length + networks.length + volumes.length, left: left.flat(2) }
}
