import { dirname } from 'node:path'
import { addressTemplate, componentsAddressedBy } from '../../core/capabilities.js'
import type { DeployedComponent, Edge, Instance, UnitChanges } from '../../core/driver.js'
import { SeaworthyError } from '../../core/errors.js'
import type { Component, ServiceTarget, ServiceDescriptor, Unit } from '../../core/service-descriptor.js'
import { logFileOf, type DeploymentFolders } from './deployment-folders.js'
import type { MachineUnit } from './machine-protocol.js'
import { readUnitOverride } from './unit-overrides.js'

/** A unit that will be run, with its place in the world. Components first, in declared order, then the replicas. */
export interface PlannedUnit {
  readonly name: string
  readonly kind: 'component' | 'replica'
  readonly index: number // among the replicas; 0 for a component
  readonly unit: Unit
  /** Where others reach it. */
  readonly host: string
  readonly port: number
  /** Names of the machine's unit files that speak of it, the strongest first. */
  readonly unitFiles: readonly string[]
  /** What was declared of it besides its unit; missing for a replica. */
  readonly component?: Component
}

/** Of local processes. */
export const host = '127.0.0.1'

/** Names of all units in the order of their start. */
export const unitNames = (target: ServiceTarget): string[] => [
  ...target.components.map((component) => component.name),
  ...Array.from({ length: target.replicas.count }, (_, index) => `replica-${index}`),
]

/** `ports`: as many as there are units. */
export function planUnits(target: ServiceTarget, ports: readonly number[], at = host): PlannedUnit[] {
  return unitNames(target).map((name, position) => {
    const port = ports[position] ?? 0
    const component = target.components[position]
    return component === undefined
      ? plannedReplica(target, position - target.components.length, { host: at, port })
      : { name, kind: 'component', index: 0, unit: component, host: at, port, unitFiles: [name], component }
  })
}

export function plannedReplica(target: ServiceTarget, index: number, address: { readonly host: string; readonly port: number }): PlannedUnit {
  const name = `replica-${index}`
  return { name, kind: 'replica', index, unit: target.replicas, ...address, unitFiles: [name, 'replicas'] }
}

export const instanceOf = ({ name, host, port }: PlannedUnit): Instance => ({ id: name, url: new URL(`http://${host}:${port}`) })

export function componentOf({ name, host, port, component }: PlannedUnit): DeployedComponent {
  const { role = 'dependency', hard = false, ownsData = false } = component ?? {}
  return { name, role, hard, ownsData, host, port }
}

export function withChanges(planned: PlannedUnit, changes: UnitChanges | undefined): PlannedUnit {
  const { command = planned.unit.command, env } = changes ?? {}
  return { ...planned, unit: { ...planned.unit, command, env: { ...planned.unit.env, ...env } } }
}

/**
 * Dependency edges that the templates of these units declare, to components among `world`. Throws SeaworthyError for
 * an address of something that is not there.
 */
export function edgesOf(units: readonly PlannedUnit[], world: readonly PlannedUnit[] = units): (Edge & { readonly host: string; readonly port: number })[] {
  const components = new Map(world.filter((one) => one.kind === 'component').map((one) => [one.name, one]))
  return units.flatMap((from) => componentsAddressedBy(from.unit).map((name) => {
    const to = components.get(name)
    if (to === undefined || to.name === from.name) {
      const known = [...components.keys()].filter((one) => one !== from.name).join(', ') || 'none'
      throw new SeaworthyError('SW_UNKNOWN_COMPONENT', `while reading the templates of ${from.name}: found the address of "${name}", expected another component (${known})`)
    }
    return { from: from.name, to: name, host: to.host, port: to.port }
  }))
}

/** What the templates of a unit become where it runs. */
export interface UnitPlace {
  readonly listenHost: string
  /** Address of the fault proxies as seen from there. */
  readonly dependencyHost: string
  readonly program: (program: string) => string
  readonly dataFolder: (unit: string) => string
}

export interface UnitSetting {
  readonly service: ServiceDescriptor
  readonly folders: DeploymentFolders
  readonly place: UnitPlace
  /** Variables every unit gets, weaker than its own. */
  readonly weakEnvironment: Readonly<Record<string, string>>
  /** Variables every unit gets, stronger than its own. */
  readonly environment: Readonly<Record<string, string>>
  /** Port at which a unit reaches a component: that of the fault proxy between them, or its own. */
  readonly proxyPort: (edge: Edge) => number
}

/** What the machine is told to run, with the overrides in the machine's unit files as they are now. */
export function machineUnit(planned: PlannedUnit, setting: UnitSetting): MachineUnit {
  const { service, folders } = setting
  const replace = (text: string): string => replaceTemplates(text, planned, setting)
  const [program = '', ...parameters] = planned.unit.command.map(replace)
  const { restart = planned.unit.restart, startAtBoot = planned.unit.startAtBoot } = readUnitOverride(folders.unitOverrides, planned.unitFiles)
  const own = Object.fromEntries(Object.entries(planned.unit.env).map(([name, value]) => [name, replace(value)]))
  return {
    name: planned.name,
    kind: planned.kind,
    command: [setting.place.program(program), ...parameters],
    environment: { ...setting.weakEnvironment, ...own, ...setting.environment },
    directory: service.directory,
    logFile: logFileOf(folders, planned.name),
    restart,
    startAtBoot,
    stopSignal: planned.kind === 'replica' ? service.lifecycle.stop.signal : 'SIGTERM',
    port: planned.port,
  }
}

/** `node` is the Node.js we run on, first in the search path as well: a service is tested with the one that was chosen. */
export const ourNode = (program: string): string => (program === 'node' ? process.execPath : program)
export const searchPath = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`

/** Only these are replaced; any other braces, such as those of JSON, stay. */
function replaceTemplates(text: string, planned: PlannedUnit, { folders, place, proxyPort }: UnitSetting): string {
  const values: Readonly<Record<string, string>> = {
    instance: planned.name,
    index: String(planned.index),
    host: place.listenHost,
    port: String(planned.port),
    data: place.dataFolder(planned.name),
    run: folders.run,
    machine: folders.machine,
    shared: folders.shared,
  }
  return text
    .replace(addressTemplate, (_, to: string, part: string) => (part === 'host' ? place.dependencyHost : String(proxyPort({ from: planned.name, to }))))
    .replace(/\{([a-z]+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name] ?? whole : whole))
}
