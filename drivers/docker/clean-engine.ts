import { existsSync } from 'node:fs'
import type Docker from 'dockerode'
import { isDead, ownerText, parseOwner } from '../run-owner.js'
import { connectEngine, engineAddresses } from './engine-connection.js'
import { ownerLabel, runLabel } from './labels.js'
import { removeObjects } from './remove-objects.js'
import { swarmObjects } from './swarm-objects.js'

/** What one run has in an engine and this machine has no record of, as after a power failure that emptied the folder of temporary files. */
export interface FoundInEngine {
  readonly runId: string
  /** 'kept': its run lives, or may live elsewhere. */
  readonly state: 'removed' | 'kept'
  /** Undefined: nobody wrote down whose it is. */
  readonly owner?: string
  /** What could not be removed. */
  readonly left: readonly string[]
}

type Labels = Readonly<Record<string, string>> | null | undefined

/**
 * Removes services, containers, networks and volumes of dead runs, by what is written on them; with `force` those of every run that is not `known`. What
 * is known to the state folder of this machine is cleaned up by its journal. `having`: only of runs that have something with this label. Throws what the engine answers.
 */
export async function cleanEngine(docker: Docker, { known, force, having }: { readonly known: ReadonlySet<string>; readonly force: boolean; readonly having?: string }): Promise<readonly FoundInEngine[]> {
  const filters = { label: [having ?? runLabel] }
  const [havingKey = runLabel, havingValue] = having?.split('=') ?? []
  const has = (labels: Labels): boolean => (havingValue === undefined ? labels?.[havingKey] !== undefined : labels?.[havingKey] === havingValue)
  const services: readonly Labels[] = (await swarmObjects(docker, having ?? runLabel)).services.map((one) => one.Spec.Labels)
  const containers: readonly Labels[] = (await docker.listContainers({ all: true, filters })).map((one) => one.Labels)
  const networks: readonly Labels[] = (await docker.listNetworks({ filters })).map((one) => one.Labels)
  const volumes: readonly Labels[] = ((await docker.listVolumes()).Volumes ?? []).map((one) => one.Labels).filter(has)
  const owners = new Map<string, Set<string | undefined>>()
  for (const labels of [...services, ...containers, ...networks, ...volumes]) {
    const runId = labels?.[runLabel]
    if (runId !== undefined && runId !== '' && !known.has(runId)) owners.set(runId, (owners.get(runId) ?? new Set()).add(labels?.[ownerLabel]))
  }
  const found: FoundInEngine[] = []
  for (const [runId, texts] of owners) {
    const all = [...texts].map(parseOwner)
    const owner = all.find((one) => one !== undefined)
    const named = { runId, ...(owner === undefined ? {} : { owner: ownerText(owner) }) }
    if (!force && !all.every(isDead)) found.push({ ...named, state: 'kept', left: [] })
    else found.push({ ...named, state: 'removed', left: await removeObjects(docker, { label: `${runLabel}=${runId}`, namePrefix: `seaworthy-${runId}-` }) })
  }
  return found
}

/** One that answers whether it lives may still never answer what it holds. */
const answerWithinMs = 30_000

/** The engine that a run would take; undefined when none answers. */
export async function engineThatAnswers(): Promise<Docker | undefined> {
  try {
    const { docker } = await connectEngine()
    ;(docker.modem as { timeout?: number }).timeout = answerWithinMs
    return docker
  } catch {
    return undefined
  }
}

const unixPrefix = 'unix://'

/** Whether an engine is named, which makes it the only address, or a socket lies where one would be. */
export function engineMayBeHere(environment: NodeJS.ProcessEnv = process.env, places?: Parameters<typeof engineAddresses>[1]): boolean {
  const addresses = engineAddresses(environment, places)
  return addresses.length === 1 || addresses.some((one) => 'host' in one && existsSync(one.host.slice(unixPrefix.length)))
}
