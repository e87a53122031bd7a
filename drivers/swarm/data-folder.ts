import { access, constants } from 'node:fs/promises'
import type { DataFolder, ServiceDescriptor } from '../../core/service-descriptor.js'
import { engineError, statusOf } from '../docker/engine-error.js'
import type { PlannedService } from './plan-stack.js'
import type { Engine } from './stack-services.js'

/** Of the component whose files the descriptor says are damaged (`data.files`); undefined where it names none. Reads only. Throws SeaworthyError. */
export async function dataFolderOf(docker: Engine, { data }: ServiceDescriptor, services: readonly PlannedService[]): Promise<DataFolder | undefined> {
  const planned = services.find(({ component }) => component !== undefined && component.name === data?.files?.component)
  if (planned?.component === undefined) return undefined
  const { component: { name }, swarmService } = planned
  const folder = await folderOf(docker, swarmService.Spec.TaskTemplate.ContainerSpec.Mounts ?? [])
  return { component: name, ...folder }
}

type Mounts = NonNullable<PlannedService['swarmService']['Spec']['TaskTemplate']['ContainerSpec']['Mounts']>
type Found = { readonly folder: string } | { readonly problem: string }

async function folderOf(docker: Engine, mounts: Mounts): Promise<Found> {
  const named = mounts.filter(({ Type: type, Source: source, ReadOnly: isReadOnly }) => type === 'volume' && source !== undefined && source !== '' && isReadOnly !== true)
  const [only] = named
  if (only === undefined || named.length > 1) return { problem: `its service mounts ${named.length === 0 ? 'no named volume' : `${named.length} named volumes`}, expected one, which is its data folder` }
  const name = only.Source ?? ''
  if (name.includes('{{') || only.VolumeOptions?.Subpath !== undefined) return { problem: `only a part of a volume, or one for each task, is its data folder (${name})` }
  const volume = await docker.getVolume(name).inspect().catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw engineError(`looking at the volume ${name}`, error)
  })
  if (volume === undefined) return { problem: `the engine has no volume ${name}` }
  // With options the engine mounts something else there, and only as long as a container uses it.
  if (volume.Driver !== 'local' || Object.keys((volume.Options as object | null) ?? {}).length > 0) return { problem: `the volume ${name} is no plain one of this engine (driver ${volume.Driver})` }
  const isOpen = await access(volume.Mountpoint, constants.R_OK | constants.W_OK).then(() => true, () => false)
  return isOpen ? { folder: volume.Mountpoint } : { problem: `the user that runs seaworthy may not open ${volume.Mountpoint}, the folder of the volume ${name}` }
}
