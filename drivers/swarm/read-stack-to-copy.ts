import type { SwarmStack } from '../../core/service-descriptor.js'
import { engineError, statusOf } from '../docker/engine-error.js'
import { attachmentsOf, type CopiedNetwork, type CopiedSpec, type StackToCopy } from './copy-spec.js'
import { servicesOf, type Engine } from './stack-services.js'

/** What a copy would be made from. Reads only. Throws SeaworthyError. */
export async function readStackToCopy(docker: Engine, { stack, url }: Pick<SwarmStack, 'stack' | 'url'>): Promise<StackToCopy> {
  const services = new Map([...(await servicesOf(docker, stack))].map(([name, { Spec }]) => [name, Spec as CopiedSpec]))
  const ids = [...new Set([...services.values()].flatMap((spec) => attachmentsOf(spec).flatMap(({ Target: id }) => id ?? [])))]
  const networks = await Promise.all(ids.map((id) => networkWith(docker, id)))
  return { stack, services, networks: new Map(ids.flatMap((id, index) => (networks[index] === undefined ? [] : [[id, networks[index]] as const]))), entryPort: Number(url.port || 80) }
}

async function networkWith(docker: Engine, id: string): Promise<CopiedNetwork | undefined> {
  return docker.getNetwork(id).inspect().then((found: unknown) => found as CopiedNetwork, (error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw engineError(`looking at the network ${id} of a stack`, error)
  })
}
