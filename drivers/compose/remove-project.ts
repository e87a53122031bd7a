import { setTimeout as pause } from 'node:timers/promises'
import { unlessGone } from '../docker/engine-error.js'
import { projectLabel, type Engine } from './project.js'

/** What was there of the project before it was brought up: somebody's data, and containers of `compose run`. */
export interface Kept {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
}

export async function keptOf(docker: Engine, project: string): Promise<Kept> {
  const filters = { label: [`${projectLabel}=${project}`] }
  const [containers, networks, volumes] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters }), docker.listVolumes({ filters })])
  return { containers: containers.map(({ Id }) => Id), networks: networks.map(({ Id }) => Id), volumes: (volumes.Volumes ?? []).map(({ Name }) => Name) }
}

/** Rounds of removal: the command that brings it up may be at work still when whoever started it has died. */
const roundsMax = 8
const emptyRoundsNeeded = 2

/**
 * Removes the containers, networks and volumes of a project that this run brought up, but those that were there before.
 * Resolves to what is still there. `settleMs`: pause between the rounds.
 */
export async function removeProject(docker: Engine, project: string, kept: Kept, settleMs = 0): Promise<readonly string[]> {
  let empty = 0
  let left: readonly string[] = []
  for (let round = 0; round < roundsMax && empty < emptyRoundsNeeded; round += 1) {
    const removed = await removeOnce(docker, project, kept)
    left = removed.left
    empty = removed.found === 0 ? empty + 1 : 0
    if (settleMs > 0) await pause(settleMs)
  }
  return left
}

async function removeOnce(docker: Engine, project: string, kept: Kept): Promise<{ readonly found: number; readonly left: readonly string[] }> {
  const filters = { label: [`${projectLabel}=${project}`] }
  const attempt = (what: string, work: Promise<unknown>): Promise<readonly string[]> =>
    unlessGone(work).then(() => [], () => [what])
  const containers = (await docker.listContainers({ all: true, filters })).filter(({ Id }) => !kept.containers.includes(Id))
  const left = await Promise.all(containers.map((one) => attempt(`container ${one.Names[0] ?? one.Id}`, docker.getContainer(one.Id).remove({ force: true, v: true }))))
  const now = await keptOf(docker, project)
  const networks = now.networks.filter((one) => !kept.networks.includes(one))
  const volumes = now.volumes.filter((one) => !kept.volumes.includes(one))
  left.push(...(await Promise.all(networks.map((one) => attempt(`network ${one}`, docker.getNetwork(one).remove())))))
  left.push(...(await Promise.all(volumes.map((one) => attempt(`volume ${one}`, docker.getVolume(one).remove())))))
  return { found: containers.length + networks.length + volumes.length, left: left.flat() }
}
