import { access, constants } from 'node:fs/promises'
import type { DataFolder, ServiceDescriptor } from '../../core/service-descriptor.js'
import { engineError, unlessGone } from '../docker/engine-error.js'
import type { PlannedService } from './plan-stack.js'
import { stackLabel, type Engine } from './stack-services.js'

/** Of the component whose files the descriptor says are damaged (`data.files`); undefined where it names none. Reads only. Throws SeaworthyError. */
export async function dataFolderOf(docker: Engine, { data, target }: ServiceDescriptor, services: readonly PlannedService[]): Promise<DataFolder | undefined> {
  const planned = services.find(({ component }) => component !== undefined && component.name === data?.files?.component)
  if (planned?.component === undefined) return undefined
  const { component: { name }, swarmService } = planned
  const volume = namedVolume(swarmService.Spec.TaskTemplate.ContainerSpec.Mounts ?? [])
  if (typeof volume !== 'string') return { component: name, ...volume }
  const folder = await folderOf(docker, volume, target.swarm?.stack ?? '')
  if ('problem' in folder) return { component: name, ...folder }
  const others = await othersThatMount(docker, volume, planned)
  return { component: name, ...(others.length === 0 ? folder : { problem: `the volume ${volume} is mounted by ${others.join(', ')} as well` }) }
}

type Mounts = NonNullable<PlannedService['swarmService']['Spec']['TaskTemplate']['ContainerSpec']['Mounts']>
type Found = { readonly folder: string } | { readonly problem: string }

function namedVolume(mounts: Mounts): string | { readonly problem: string } {
  const named = mounts.filter(({ Type: type, Source: source, ReadOnly: isReadOnly }) => type === 'volume' && source !== undefined && source !== '' && isReadOnly !== true)
  const [only] = named
  if (only === undefined || named.length > 1) return { problem: `its service mounts ${named.length === 0 ? 'no named volume' : `${named.length} named volumes`}, expected one, which is its data folder` }
  const name = only.Source ?? ''
  if (name.includes('{{') || only.VolumeOptions?.Subpath !== undefined) return { problem: `only a part of a volume, or one for each task, is its data folder (${name})` }
  return name
}

async function folderOf(docker: Engine, name: string, stack: string): Promise<Found> {
  const volume = await unlessGone(docker.getVolume(name).inspect()).catch((error: unknown) => {
    throw engineError(`looking at the volume ${name}`, error)
  })
  if (volume === undefined) return { problem: `the engine has no volume ${name}` }
  // With options the engine mounts something else there, and only as long as a container uses it.
  if (volume.Driver !== 'local' || Object.keys((volume.Options as object | null) ?? {}).length > 0) return { problem: `the volume ${name} is no plain one of this engine (driver ${volume.Driver})` }
  // What was made for others, or by hand, is not thrown away with this stack, whatever the descriptor says of the stack.
  const owner = (volume.Labels as Readonly<Record<string, string>> | null)?.[stackLabel]
  if (owner !== stack) return { problem: `the volume ${name} is not the stack's own (${owner === undefined ? `no label ${stackLabel}` : `it belongs to the stack ${owner}`})` }
  const isOpen = await access(volume.Mountpoint, constants.R_OK | constants.W_OK).then(() => true, () => false)
  return isOpen ? { folder: volume.Mountpoint } : { problem: `the user that runs seaworthy may not open ${volume.Mountpoint}, the folder of the volume ${name}` }
}

/** Damaged data would be theirs, too, and what they write could not be told from what the component writes. */
async function othersThatMount(docker: Engine, volume: string, { swarmService, tasks }: PlannedService): Promise<string[]> {
  const doing = `looking for what mounts the volume ${volume}`
  const failed = (error: unknown): never => {
    throw engineError(doing, error)
  }
  const [services, containers] = await Promise.all([docker.listServices().catch(failed), docker.listContainers({ filters: { volume: [volume] } }).catch(failed)])
  const ofServices = (services as unknown as PlannedService['swarmService'][]).filter(({ ID: id, Spec: spec }) => id !== swarmService.ID && spec.TaskTemplate.ContainerSpec?.Mounts?.some(({ Type: type, Source: source }) => type === 'volume' && source === volume) === true)
  const own = new Set(tasks.map(({ arrival }) => arrival.id))
  const named = new Set(ofServices.map(({ ID: id }) => id))
  // A task of the component that came meanwhile is its own, and one of a service that is named already says nothing new.
  const ofContainers = containers.filter(({ Id: id, Labels: labels }) => !own.has(id) && labels['com.docker.swarm.service.id'] !== swarmService.ID && !named.has(labels['com.docker.swarm.service.id'] ?? ''))
  return [...ofServices.map(({ Spec: spec }) => `the service ${spec.Name}`), ...ofContainers.map(({ Id: id, Names: names }) => `the container ${names[0]?.slice(1) ?? id}`)]
}
