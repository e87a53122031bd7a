import { rollOutLabel } from './stack-release.js'
import { SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor, SwarmStack } from '../../core/service-descriptor.js'
import { cleanEngine } from '../docker/clean-engine.js'
import { connectEngine } from '../docker/engine-connection.js'
import { isDead, ownerText, parseOwner, type CleanedClaim } from '../run-owner.js'
import { parseFound, putBackStack, type FoundStack } from './found-stack.js'
import { copyOfLabel, foundLabel, ownerLabel, runLabel } from './service-labels.js'
import { requireManager, serviceNamed, servicesOf, type Engine } from './stack-services.js'

/** Removes the copies that dead runs left of a stack, and puts it back as it was found, by what those runs wrote on them; with `force` what any run left. Throws SeaworthyError. */
export async function cleanStack(service: ServiceDescriptor, { force }: { readonly force: boolean }, connect: () => Promise<Engine> = async () => (await connectEngine()).docker): Promise<CleanedClaim> {
  const { swarm } = service.target
  if (swarm === undefined) throw new SeaworthyError('SW_SWARM_TARGET', 'while cleaning a stack: the descriptor has no target.kind: swarm')
  const docker = await connect()
  await requireManager(docker)
  // Whatever became of the stack itself: what was made after it can be found without it.
  const copies = await cleanEngine(docker, { known: new Set(), force, having: `${copyOfLabel}=${swarm.stack}` })
  return { ...(await cleanClaim(docker, swarm, force)), ...(copies.length === 0 ? {} : { copies }) }
}

async function cleanClaim(docker: Engine, swarm: SwarmStack, force: boolean): Promise<CleanedClaim> {
  const services = await servicesOf(docker, swarm.stack)
  const { Spec: { Name: workload, Labels: labels } } = serviceNamed(services, swarm.replicas.service, swarm.stack)
  const runId = labels?.[runLabel]
  if (runId === undefined) return { state: 'nothing', workload }
  const owner = parseOwner(labels?.[ownerLabel])
  const named = { workload, runId, ...(owner === undefined ? {} : { owner: ownerText(owner) }) }
  if (!force && !isDead(owner)) return { state: 'kept', ...named }
  const left = await putBackStack(docker, foundIn(labels?.[foundLabel], { runId, workload, ids: [...services.values()].map(({ ID }) => ID) }))
  if (left.length > 0) throw new SeaworthyError('SW_NOT_RESTORED', `while putting back what run ${runId} left of ${workload}: ${left.join('; ')}`)
  return { state: 'released', ...named }
}

/** Anybody may have written it: services of other stacks are not touched for it. */
function foundIn(text: string | undefined, { runId, workload, ids }: { readonly runId: string; readonly workload: string; readonly ids: readonly string[] }): FoundStack {
  const found = parseFound(text)
  if (found?.runId === runId && found.services.every(({ id }) => ids.includes(id))) return found
  throw new SeaworthyError('SW_SWARM_FOUND', `while reading what run ${runId} found of ${workload}: the label ${foundLabel} does not say how its stack was`, {
    hint: `put the stack back by hand (docker stack deploy), and take off the labels: docker service update --label-rm ${runLabel} --label-rm ${ownerLabel} --label-rm ${foundLabel} --label-rm ${rollOutLabel} ${workload}`,
  })
}
