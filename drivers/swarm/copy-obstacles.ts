import { attachmentsOf, copyNamed, entryOf, mountsOf, renamed, type StackToCopy, type VolumeDriver } from './copy-spec.js'
import { stackLabel, type ServiceMount } from './stack-services.js'

/** What a second stack would share with the first, so that it were no copy, or what cannot be had twice. Empty: it can be copied. */
export function obstaclesTo(given: StackToCopy): readonly string[] {
  const found = [...given.services].flatMap(([name, spec]) => [
    ...(spec.Mode.Replicated === undefined && !('ReplicatedJob' in spec.Mode) ? [`the service ${name} is a global one, of which there is one on each node`] : []),
    ...ofName(given, `the service ${name}`, spec.Name),
    ...attachmentsOf(spec).flatMap(({ Target: id = '' }) => ofNetwork(given, name, id)),
    ...mountsOf(spec).flatMap((mount) => ofMount(given, name, mount)),
  ])
  if (entryOf(given) === undefined) found.push(`no service of it publishes the port ${given.entryPort} of target.url, so the way into a copy is not known`)
  return [...new Set(found)]
}

/** What a swarm takes for the name of a service or a network. */
const nameMax = 63
const signs = '0'.repeat(10)

function ofName({ stack }: StackToCopy, what: string, name: string): readonly string[] {
  const { length } = renamed(name, stack, copyNamed(signs))
  return length <= nameMax ? [] : [`${what} would have a name of ${length} signs in a copy, and a swarm takes ${nameMax}`]
}

function ofNetwork(given: StackToCopy, name: string, id: string): readonly string[] {
  const network = given.networks.get(id)
  if (network?.Labels?.[stackLabel] !== given.stack) return [`the service ${name} is in the network ${network?.Name ?? id}, which is not the stack's own`]
  return ofName(given, `the network ${network.Name}`, network.Name)
}

const isSocket = (source = ''): boolean => /\.sock$/.test(source)

function ofMount(given: StackToCopy, name: string, mount: ServiceMount): readonly string[] {
  const { Type: type = 'volume', Source: source = '', ReadOnly: readOnly = false } = mount
  if (type === 'tmpfs') return []
  if (type === 'bind') {
    const speaking = given.speaking.get(source) ?? (isSocket(source) ? 'a socket' : undefined)
    if (speaking !== undefined) return [`the service ${name} speaks to ${source} of this machine (${speaking}), which a copy would share`]
    return readOnly ? [] : [`the service ${name} writes to ${source} of this machine, which a copy would share`]
  }
  return type === 'volume' ? ofVolume(given, name, mount) : [`the service ${name} mounts ${source} as ${type}, of which no second one can be made`]
}

function ofVolume({ stack, volumes }: StackToCopy, name: string, { Source: source = '', ReadOnly: readOnly = false, VolumeOptions: options }: ServiceMount): readonly string[] {
  const { Name: driver, Options: driverOptions } = options?.DriverConfig ?? {}
  // The one that is there tells: what the service says of it was not looked at where it was there before.
  const kinds: readonly VolumeDriver[] = [{ ...(driver === undefined ? {} : { Driver: driver }), ...(driverOptions == null ? {} : { Options: driverOptions }) }, volumes.get(source) ?? {}]
  if (!kinds.every(isPlain)) return [`the service ${name} mounts the volume ${source === '' ? 'without a name' : source}, whose driver or its options say where the data lie, so a second one would be the same`]
  return source === '' || readOnly || options?.Labels?.[stackLabel] === stack ? [] : [`the service ${name} writes to the volume ${source}, which is not the stack's own`]
}

/** A folder that the engine makes for it, or memory. With other options `local` mounts a folder, a device or a share that has its own name. */
const isPlain = ({ Driver: driver, Options: options }: VolumeDriver): boolean =>
  (driver === undefined || driver === '' || driver === 'local') && (Object.keys(options ?? {}).length === 0 || options?.['type'] === 'tmpfs')
