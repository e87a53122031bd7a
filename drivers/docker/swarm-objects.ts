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
/** No manager, and an engine without such a call. */
const knowsNoSwarm: readonly unknown[] = [404, 406, 501, 503]

/**
 * Those with the label that we made. A service that is only attached to bears the label of the run as long as that has it, and is somebody else's: what we
 * made is of a deployment, too.
 */
export async function swarmObjects(docker: Docker, label: string): Promise<SwarmObjects> {
  const filters = { label: [label, deploymentLabel] }
  try {
    const [services, tasks] = await Promise.all([docker.listServices({ filters }), docker.listTasks({ filters })])
    const ours = (services as unknown as readonly SwarmObject[]).filter(({ Spec: { Labels: labels } }) => labels?.[deploymentLabel] !== undefined)
    return { services: ours, tasks: tasks as SwarmObjects['tasks'] }
  } catch (error) {
    if (knowsNoSwarm.includes(statusOf(error))) return none
    throw error
  }
}
