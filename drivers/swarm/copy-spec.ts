import type { UnitChanges } from '../../core/driver.js'
import { withReplicas } from './found-stack.js'
import { withChanges } from './stack-release.js'
import { publishes, stackLabel, type ContainerSpec, type PublishedPort, type ServiceMount, type ServiceSpec } from './stack-services.js'

/** A service as far as a copy of it differs (Docker Engine API, ServiceSpec); the rest is handed on as it is. */
export interface CopiedSpec extends Omit<ServiceSpec, 'TaskTemplate'> {
  readonly TaskTemplate: Omit<ServiceSpec['TaskTemplate'], 'ContainerSpec'> & { readonly ContainerSpec: CopiedContainer; readonly Networks?: readonly Attachment[] }
  /** Where clients of before version 1.25 of the interface said so. */
  readonly Networks?: readonly Attachment[]
}
interface CopiedContainer extends ContainerSpec {
  readonly Labels?: Readonly<Record<string, string>>
}
export interface Attachment {
  readonly Target?: string
  readonly Aliases?: readonly string[]
}
export interface CopiedNetwork {
  readonly Id: string
  readonly Name: string
  readonly Driver?: string
  readonly Scope?: string
  readonly Internal?: boolean
  readonly Attachable?: boolean
  readonly EnableIPv6?: boolean
  readonly Options?: Readonly<Record<string, string>> | null
  readonly Labels?: Readonly<Record<string, string>> | null
}

export const attachmentsOf = ({ TaskTemplate: { Networks: networks }, Networks: older }: CopiedSpec): readonly Attachment[] => networks ?? older ?? []
export const mountsOf = ({ TaskTemplate: { ContainerSpec: { Mounts: mounts } } }: CopiedSpec): readonly ServiceMount[] => mounts ?? []

export interface StackToCopy {
  readonly stack: string
  /** By their names in the stack file. */
  readonly services: ReadonlyMap<string, CopiedSpec>
  /** All that its services are attached to, by id. */
  readonly networks: ReadonlyMap<string, CopiedNetwork>
  /** What the engine has of the volumes that are named, as far as they are there. */
  readonly volumes: ReadonlyMap<string, VolumeDriver>
  /** Of the folders and files of this machine that are mounted: by which of them somebody is spoken to, and how that is known. */
  readonly speaking: ReadonlyMap<string, string>
  /** Of `target.url`. */
  readonly entryPort: number
}
export interface VolumeDriver {
  readonly Driver?: string
  readonly Options?: Readonly<Record<string, string>> | null
}

/** The service that clients come in by; undefined: the stack publishes no such port. */
export const entryOf = ({ services, entryPort }: Pick<StackToCopy, 'services' | 'entryPort'>): string | undefined => [...services].find(([, spec]) => publishes(spec, entryPort))?.[0]

/** What a copy is called and bears. */
export interface CopyName {
  /** Its com.docker.stack.namespace. */
  readonly copy: string
  readonly labels: Readonly<Record<string, string>>
}
/** With `sign` of ten signs. */
export const copyNamed = (sign: string): string => `seaworthy-${sign}`
export const renamed = (name: string, stack: string, copy: string): string => `${copy}_${name.startsWith(`${stack}_`) ? name.slice(stack.length + 1) : name}`

/** What the engine chose for a network, and would refuse for a second one. */
const chosenOptions = ['com.docker.network.driver.overlay.vxlanid_list']

/** Addresses are left to the engine: what it chose for the first and what the stack file says look the same, and no two networks may have them. */
export function networkOfCopy({ Name, Driver = 'overlay', Internal = false, Attachable = false, EnableIPv6 = false, Options }: CopiedNetwork, stack: string, { copy, labels }: CopyName) {
  const options = Object.entries(Options ?? {}).filter(([key]) => !chosenOptions.includes(key))
  return { Name: renamed(Name, stack, copy), Driver, Internal, Attachable, EnableIPv6, Options: Object.fromEntries(options), Labels: { ...labels, [stackLabel]: copy } }
}

export interface ServiceOfCopy extends CopyName {
  readonly stack: string
  /** Id of the node that all of it is placed on: what is left on another one nobody here could remove. */
  readonly node: string
  /** Names of the volumes that some service of the stack may write to. */
  readonly written: ReadonlySet<string>
  /** Of the copy, by those of the stack. */
  readonly networkIds: ReadonlyMap<string, string>
  /** Of the service of the replicas. */
  readonly replicas?: { readonly count: number; readonly changes: UnitChanges; readonly folder?: string }
}

/**
 * The same service in the copy. Its labels are ours alone: those of the stack file speak to others, such as a router that would take the copy for the service.
 * It answers to the names that the first has in its networks, and to the name of the first itself.
 */
export function serviceOfCopy(spec: CopiedSpec, given: ServiceOfCopy): CopiedSpec {
  const { stack, copy, node, networkIds, replicas } = given
  const labels = { ...given.labels, [stackLabel]: copy }
  const { Networks: _older, ...rest } = replicas === undefined ? spec : { ...(withReplicas(withChanges(spec, replicas.changes), replicas.count) as CopiedSpec) }
  const container = rest.TaskTemplate.ContainerSpec
  const mounts = mountsOf(rest).map((mount) => mountOfCopy(mount, given, labels))
  const folder: readonly ServiceMount[] = replicas?.folder === undefined ? [] : [{ Type: 'bind', Source: replicas.folder, Target: replicas.folder, ReadOnly: true }]
  return {
    ...rest,
    Name: renamed(spec.Name, stack, copy),
    Labels: labels,
    TaskTemplate: {
      ...rest.TaskTemplate,
      Placement: { ...rest.TaskTemplate.Placement, Constraints: [...(rest.TaskTemplate.Placement?.Constraints ?? []), `node.id==${node}`] },
      ContainerSpec: { ...container, Labels: labels, Mounts: [...mounts, ...folder] },
      Networks: attachmentsOf(spec).map((one) => ({ ...one, Target: networkIds.get(one.Target ?? '') ?? '', Aliases: [...new Set([...(one.Aliases ?? []), spec.Name])] })),
    },
    ...(rest.EndpointSpec === undefined ? {} : { EndpointSpec: { ...rest.EndpointSpec, Ports: (rest.EndpointSpec.Ports ?? []).map(withoutPort) } }),
  }
}

const withoutPort = ({ PublishedPort: _chosenByTheEngine, ...port }: PublishedPort): PublishedPort => port

/** Of all services: one that none of them writes to was filled by somebody else, and is read by both. */
export const writtenVolumes = ({ services }: Pick<StackToCopy, 'services'>): ReadonlySet<string> =>
  new Set([...services.values()].flatMap((spec) => mountsOf(spec).flatMap(({ Type: type = 'volume', Source: source = '', ReadOnly: readOnly = false }) => (type === 'volume' && !readOnly ? [source] : []))))

function mountOfCopy(mount: ServiceMount, { stack, copy, written }: ServiceOfCopy, labels: Readonly<Record<string, string>>): ServiceMount {
  const { Type: type = 'volume', Source: source = '', VolumeOptions: options } = mount
  if (type !== 'volume' || !written.has(source) || source === '' || options?.Labels?.[stackLabel] !== stack) return mount
  return { ...mount, Source: renamed(source, stack, copy), VolumeOptions: { ...options, Labels: labels } }
}
