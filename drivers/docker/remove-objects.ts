import type Docker from 'dockerode'
import { statusOf } from './engine-error.js'

/** Rounds of removal: what is being removed by somebody else, or was just being made, is gone or there in the next one. */
const roundsMax = 4

/** Removes every container, network and volume with this label. Resolves to what is still there. */
export async function removeObjects(docker: Docker, label: string): Promise<readonly string[]> {
  let left: readonly string[] = []
  for (let round = 1; round <= roundsMax; round += 1) {
    left = await removeOnce(docker, label)
    if (left.length === 0 && round > 1) return left
    if (left.length === 0 && (await found(docker, label)) === 0) return left
  }
  return left
}

async function removeOnce(docker: Docker, label: string): Promise<readonly string[]> {
  const filters = { label: [label] }
  const attempt = (what: string, work: Promise<unknown>): Promise<readonly string[]> =>
    work.then(() => [], (error: unknown) => (statusOf(error) === 404 ? [] : [what]))
  const containers = await docker.listContainers({ all: true, filters })
  const left = [await Promise.all(containers.map((one) => attempt(`container ${one.Names[0] ?? one.Id}`, docker.getContainer(one.Id).remove({ force: true, v: true }))))]
  const networks = await docker.listNetworks({ filters })
  left.push(await Promise.all(networks.map((one) => attempt(`network ${one.Name}`, docker.getNetwork(one.Id).remove()))))
  const { Volumes: volumes } = await docker.listVolumes({ filters })
  left.push(await Promise.all((volumes ?? []).map((one) => attempt(`volume ${one.Name}`, docker.getVolume(one.Name).remove()))))
  return left.flat(2)
}

async function found(docker: Docker, label: string): Promise<number> {
  const filters = { label: [label] }
  const [containers, networks, volumes] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters }), docker.listVolumes({ filters })])
  return containers.length + networks.length + (volumes.Volumes ?? []).length
}
