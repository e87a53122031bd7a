import { createHash } from 'node:crypto'
import type { WorldSurvey } from '../../core/world-survey.js'
import { engineError } from '../docker/engine-error.js'
import { containerOf, replicasOf, runs, servicesOf, stackLabel, tasksOf, type Engine, type SwarmService, type SwarmTask } from './stack-services.js'

/**
 * A stack as `docker service inspect` shows it, without what a change must change: version, times, the status of an update. What may
 * hold secrets (the specification with its variables) is told by a digest only. Throws SeaworthyError.
 */
export async function surveyStack(docker: Engine, stack: string): Promise<WorldSurvey> {
  const services = await servicesOf(docker, stack)
  const entries = await Promise.all([...services].map(async ([name, service]) => {
    const tasks = await tasksOf(docker, service)
    return entriesOf(name, service, { tasks, paused: await pausedIn(docker, tasks) })
  }))
  try {
    const filters = { label: [`${stackLabel}=${stack}`] }
    const networks = await docker.listNetworks({ filters })
    const { Volumes: volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) })
    return new Map([
      ...entries.flat(),
      ...networks.map(({ Name: name, Id: id }) => [`network ${name}`, id.slice(0, 12)] as const),
      ...(volumes ?? []).map(({ Name: name, Driver: driver }) => [`volume ${name}`, driver] as const),
    ])
  } catch (error) {
    throw engineError(`looking at the stack ${stack}`, error)
  }
}

/** Exported for its test. */
export function entriesOf(name: string, { Spec }: Pick<SwarmService, 'Spec'>, { tasks, paused }: { readonly tasks: readonly SwarmTask[]; readonly paused: number }): readonly (readonly [string, string])[] {
  return [
    [`service ${name}`, `${replicasOf(Spec)} replicas`],
    [`service ${name}, tasks`, `${tasks.filter(runs).length} running${paused === 0 ? '' : `, ${paused} of them paused`}`],
    [`service ${name}, labels`, Object.keys(Spec.Labels ?? {}).sort().join('; ')],
    [`service ${name}, specification`, createHash('sha256').update(JSON.stringify(Spec)).digest('hex').slice(0, 12)],
  ]
}

async function pausedIn(docker: Engine, tasks: readonly SwarmTask[]): Promise<number> {
  const states = await Promise.all(tasks.flatMap((task) => containerOf(task) ?? []).map((id) => docker.getContainer(id).inspect().then(({ State }) => State.Paused, () => false)))
  return states.filter(Boolean).length
}
