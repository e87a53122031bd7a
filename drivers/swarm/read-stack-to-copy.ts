import { readdir, realpath, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceDescriptor, SwarmStack } from '../../core/service-descriptor.js'
import { engineError, unlessGone } from '../docker/engine-error.js'
import { attachmentsOf, mountsOf, type CopiedNetwork, type CopiedSpec, type StackToCopy, type VolumeDriver } from './copy-spec.js'
import { throwIfOfAnother } from './found-stack.js'
import { busy, restEveryMs } from './plan-stack.js'
import { isUpdating, servicesOf, type Engine, type ServiceMount, type SwarmService } from './stack-services.js'

/** What a copy would be made from. Reads only. Throws SeaworthyError. */
export async function readStackToCopy(docker: Engine, swarm: Pick<SwarmStack, 'stack' | 'url'>): Promise<StackToCopy> {
  return read(docker, swarm, await servicesOf(docker, swarm.stack))
}

/** As it was before anybody changed it: throws SW_SWARM_CLAIMED where another run has the stack, and SW_SWARM_BUSY where an update of it goes on and on. */
export async function readStackAtRest(docker: Engine, { swarm, lifecycle: { startTimeoutMs } }: { readonly swarm: SwarmStack } & Pick<ServiceDescriptor, 'lifecycle'>, { runId, signal }: { readonly runId: string; readonly signal: AbortSignal }): Promise<StackToCopy> {
  const endAt = performance.now() + startTimeoutMs
  for (;;) {
    const services = await servicesOf(docker, swarm.stack)
    const replicas = services.get(swarm.replicas.service)
    if (replicas !== undefined) throwIfOfAnother(replicas.Spec, runId)
    const updating = [...services].find(([, one]) => isUpdating(one))
    if (updating === undefined) return read(docker, swarm, services)
    if (performance.now() > endAt) throw busy(updating[0], `an update of it is going on (${updating[1].UpdateStatus?.State})`)
    await pause(restEveryMs, undefined, { signal })
  }
}

async function read(docker: Engine, { stack, url }: Pick<SwarmStack, 'stack' | 'url'>, found: ReadonlyMap<string, SwarmService>): Promise<StackToCopy> {
  const services = new Map([...found].map(([name, { Spec }]) => [name, Spec as CopiedSpec]))
  const specs = [...services.values()]
  const mounts = specs.flatMap(mountsOf)
  return {
    stack,
    services,
    networks: await eachOf(specs.flatMap((spec) => attachmentsOf(spec).flatMap(({ Target: id }) => id ?? [])), (id) => networkWith(docker, id)),
    volumes: await eachOf(sources(mounts, 'volume'), (name) => volumeNamed(docker, name)),
    speaking: await eachOf(sources(mounts, 'bind'), speakingBy),
    entryPort: Number(url.port || 80),
  }
}

const sources = (mounts: readonly ServiceMount[], of: string): readonly string[] => mounts.flatMap(({ Type: type = 'volume', Source: source = '' }) => (type === of && source !== '' ? [source] : []))

/** Of each once, as far as there is any. */
async function eachOf<T>(names: readonly string[], of: (name: string) => Promise<T | undefined>): Promise<ReadonlyMap<string, T>> {
  const found = await Promise.all([...new Set(names)].map(async (name) => [name, await of(name)] as const))
  return new Map(found.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])))
}

const notSeen = (what: string) => (error: unknown): never => {
  throw engineError(`looking at ${what} of a stack`, error)
}
const networkWith = (docker: Engine, id: string): Promise<CopiedNetwork | undefined> => unlessGone(docker.getNetwork(id).inspect()).then((found: unknown) => found as CopiedNetwork | undefined, notSeen(`the network ${id}`))
const volumeNamed = (docker: Engine, name: string): Promise<VolumeDriver | undefined> => unlessGone(docker.getVolume(name).inspect()).then((found) => found as VolumeDriver | undefined, notSeen(`the volume ${name}`))

/** All that listens on this machine is below these. */
const foldersOfSockets = ['/', '/run', '/var/run']

/** How it is known that somebody may be spoken to by what lies there. A socket is one by any name, and mounted to read only as well. Exported for its test. */
export async function speakingBy(source: string): Promise<string | undefined> {
  try {
    if (foldersOfSockets.includes(await realpath(source))) return 'sockets are below it'
    const found = await stat(source)
    if (found.isSocket()) return 'a socket'
    if (!found.isDirectory()) return undefined
    const sockets = (await readdir(source, { withFileTypes: true })).filter((one) => one.isSocket())
    return sockets[0] === undefined ? undefined : `with the socket ${sockets[0].name} in it`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? undefined : `it cannot be looked at: ${code}` // nobody knows what it is
  }
}
