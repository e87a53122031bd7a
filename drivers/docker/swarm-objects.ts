import type Docker from 'dockerode'
import { statusOf } from './engine-error.js'
import { deploymentLabel } from './labels.js'

/** What an engine that is a manager of a swarm has of ours; nothing where the engine is none, or knows of no swarms at all. */
export interface SwarmObjects {
  readonly services: readonly SwarmObject[]
  /** Those of services that are gone, too, until their containers are. */
  readonly tasks: readonly { readonly ID: string }[]
}
interface SwarmObject {
  readonly ID: string
  readonly Spec: { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> }
}

const none: SwarmObjects = { services: [], tasks: [] }
/** An engine without such a call. */
const knowsNoCall: readonly unknown[] = [404, 501]

interface SwarmInfo {
  readonly NodeID?: string
  readonly LocalNodeState?: string
  readonly ControlAvailable?: boolean
  readonly RemoteManagers?: readonly { readonly NodeID?: string }[] | null
}

/** It is in none, or a worker. A manager that is starting, is locked or has lost the others may have something of ours: it does not know, which is another answer than none. */
function hasNone({ LocalNodeState: state, ControlAvailable: controls, RemoteManagers: managers, NodeID: id }: SwarmInfo = {}): boolean {
  if (state === undefined || state === '' || state === 'inactive') return true
  return state === 'active' && controls !== true && managers?.some((one) => one.NodeID === id) !== true
}

/**
 * Those with the label that we made. A service that is only attached to bears the label of the run as long as that has it, and is somebody else's: what we
 * made is of a deployment, too. Throws what the engine answers.
 */
export async function swarmObjects(docker: Docker, label: string): Promise<SwarmObjects> {
  const filters = { label: [label, deploymentLabel] }
  const { Swarm: swarm } = (await docker.info()) as { readonly Swarm?: SwarmInfo }
  if (hasNone(swarm)) return none
  try {
    const [services, tasks] = await Promise.all([docker.listServices({ filters }), docker.listTasks({ filters })])
    const ours = (services as unknown as readonly SwarmObject[]).filter(({ Spec: { Labels: labels } }) => labels?.[deploymentLabel] !== undefined)
    return { services: ours, tasks: tasks as SwarmObjects['tasks'] }
  } catch (error) {
    if (knowsNoCall.includes(statusOf(error))) return none
    throw error
  }
}
