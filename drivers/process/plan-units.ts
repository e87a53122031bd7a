import { dirname, join } from 'node:path'
import { addressTemplate, componentsAddressedBy } from '../../core/capabilities.js'
import type { Edge } from '../../core/driver.js'
import { SeaworthyError } from '../../core/errors.js'
import type { ProcessTarget, ServiceDescriptor, Unit } from '../../core/service-descriptor.js'
import { logFileOf, type DeploymentFolders } from './deployment-folders.js'
import type { MachineUnit } from './machine-protocol.js'
import { readUnitOverride } from './unit-overrides.js'

/** A unit that will be run, with its place in the world. Components first, in declared order, then the replicas. */
export interface PlannedUnit {
  readonly name: string
  readonly kind: 'component' | 'replica'
  readonly index: number // among the replicas; 0 for a component
  readonly unit: Unit
  readonly port: number
}

export const host = '127.0.0.1'

/** Names of all units in the order of their start. */
export const unitNames = (target: ProcessTarget): string[] => [
  ...target.components.map((component) => component.name),
  ...Array.from({ length: target.replicas.count }, (_, index) => `replica-${index}`),
]

/** `ports`: as many as there are units. */
export function planUnits(target: ProcessTarget, ports: readonly number[]): PlannedUnit[] {
  return unitNames(target).map((name, position) => {
    const index = position - target.components.length
    const port = ports[position] ?? 0
    const component = target.components[position]
    return component === undefined
      ? { name, kind: 'replica', index, unit: target.replicas, port }
      : { name, kind: 'component', index: 0, unit: component, port }
  })
}

/** Dependency edges that the templates declare. Throws SeaworthyError for an address of something that is not there. */
export function edgesOf(units: readonly PlannedUnit[]): (Edge & { readonly host: string; readonly port: number })[] {
  const components = new Map(units.filter((one) => one.kind === 'component').map((one) => [one.name, one]))
  return units.flatMap((from) => componentsAddressedBy(from.unit).map((name) => {
    const to = components.get(name)
    if (to === undefined || to === from) {
      const known = [...components.keys()].filter((one) => one !== from.name).join(', ') || 'none'
      throw new SeaworthyError('SW_UNKNOWN_COMPONENT', `while reading the templates of ${from.name}: found the address of "${name}", expected another component (${known})`)
    }
    return { from: from.name, to: name, host, port: to.port }
  }))
}

export interface UnitSetting {
  readonly service: ServiceDescriptor
  readonly folders: DeploymentFolders
  /** Variables every unit gets, stronger than its own. */
  readonly environment: Readonly<Record<string, string>>
  /** Port at which a unit reaches a component: that of the fault proxy between them. */
  readonly proxyPort: (edge: Edge) => number
}

/** What the machine is told to run, with the overrides in the machine's unit files as they are now. */
export function machineUnit(planned: PlannedUnit, setting: UnitSetting): MachineUnit {
  const { service, folders } = setting
  const replace = (text: string): string => replaceTemplates(text, planned, setting)
  const [program = '', ...parameters] = planned.unit.command.map(replace)
  const names = planned.kind === 'replica' ? [planned.name, 'replicas'] : [planned.name]
  const { restart = planned.unit.restart, startAtBoot = planned.unit.startAtBoot } = readUnitOverride(folders.unitOverrides, names)
  const own = Object.fromEntries(Object.entries(planned.unit.env).map(([name, value]) => [name, replace(value)]))
  return {
    name: planned.name,
    kind: planned.kind,
    command: [ourNode(program), ...parameters],
    environment: { PATH: searchPath, ...own, ...setting.environment },
    directory: service.directory,
    logFile: logFileOf(folders, planned.name),
    restart,
    startAtBoot,
    stopSignal: planned.kind === 'replica' ? service.lifecycle.stop.signal : 'SIGTERM',
  }
}

/** `node` is the Node.js we run on, first in the search path as well: a service is tested with the one that was chosen. */
export const ourNode = (program: string): string => (program === 'node' ? process.execPath : program)
export const searchPath = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`

/** Only these are replaced; any other braces, such as those of JSON, stay. */
function replaceTemplates(text: string, planned: PlannedUnit, { folders, proxyPort }: UnitSetting): string {
  const values: Readonly<Record<string, string>> = {
    instance: planned.name,
    index: String(planned.index),
    host,
    port: String(planned.port),
    data: join(folders.data, planned.name),
    run: folders.run,
    machine: folders.machine,
  }
  return text
    .replace(addressTemplate, (_, to: string, part: string) => (part === 'host' ? host : String(proxyPort({ from: planned.name, to }))))
    .replace(/\{([a-z]+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name] ?? whole : whole))
}
