import { mkdirSync, rmSync } from 'node:fs'
import type { DeployOptions, Edge } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { ForeignProcesses } from '../../operating-system/foreign-processes.js'
import { readProcessRecord, type ProcessRecord } from '../../operating-system/process-record.js'
import { findRunProcesses, markerVariable } from '../../operating-system/run-processes.js'
import type { ProcessEntry, ProcessIdentity } from '../../operating-system/process-table.js'
import type { Network } from '../network/network-protocol.js'
import { dataFolderOf, markerOf, type DeploymentFolders } from './deployment-folders.js'
import type { DeploymentUnits } from './deployment-units.js'
import type { MachineUnit } from './machine-protocol.js'
import { host, machineUnit, ourNode, searchPath, type PlannedUnit } from './plan-units.js'
import type { ClaimedPorts } from './ports.js'

/** What all parts of one deployment share, whoever runs its units. */
export interface UnitWorld {
  readonly service: ServiceDescriptor
  readonly options: DeployOptions
  readonly folders: DeploymentFolders
  readonly units: DeploymentUnits
  readonly ports: ClaimedPorts
  readonly network: Network
  readonly data: UnitData
  /** What a supervisor is told of a unit whose edges have their proxies. Throws SeaworthyError when its unit file is not understood. */
  definitionOf(planned: PlannedUnit): MachineUnit
}
/** Where a unit keeps what survives a reboot. */
export interface UnitData {
  /** Its folder on this machine. Throws SeaworthyError SW_NOT_DONE where it cannot be reached from here. */
  folderOf(unit: string): Promise<string>
  make(unit: string): Promise<void>
  /** Of a unit that is down. */
  empty(unit: string): Promise<void>
}

/** A deployment of local processes. */
export interface DeploymentWorld extends UnitWorld {
  readonly record: ProcessRecord
  readonly foreign: ForeignProcesses
}

/** The marker tells this deployment from others of the run: its end must not end them. */
export const markedEnvironment = (options: DeployOptions): Readonly<Record<string, string>> => ({
  ...options.environment,
  [markerVariable]: markerOf(options.runId, options.directory),
})

/** Whole environment of a process of ours. */
export const ownEnvironment = (options: DeployOptions): Readonly<Record<string, string>> => ({
  PATH: searchPath,
  [markerVariable]: markerOf(options.runId, options.directory),
})

export function localDefinitionOf({ service, folders, network, options, units }: Omit<UnitWorld, 'definitionOf'>, planned: PlannedUnit): MachineUnit {
  const place = { listenHost: host, dependencyHost: host, program: ourNode, dataFolder: (unit: string) => dataFolderOf(folders, unit) }
  const environment = { PATH: searchPath }
  const proxyPort = (edge: Edge): number => (units.areProxied ? network.proxyPort(edge) : units.addressOf(edge.to).port)
  return machineUnit(planned, { service, folders, place, weakEnvironment: environment, environment: markedEnvironment(options), proxyPort })
}

/** Plain folders of the deployment. */
export function localData(folders: DeploymentFolders): UnitData {
  return {
    folderOf: async (unit) => dataFolderOf(folders, unit),
    make: async (unit) => void mkdirSync(dataFolderOf(folders, unit), { recursive: true }),
    async empty(unit) {
      rmSync(dataFolderOf(folders, unit), { recursive: true, force: true, maxRetries: 3 })
      mkdirSync(dataFolderOf(folders, unit))
    },
  }
}

/** Everything that lives of this deployment but its network. */
export function processesOfMachine(world: DeploymentWorld, known: readonly ProcessIdentity[]): ProcessEntry[] {
  const trace = {
    marker: markerOf(world.options.runId, world.options.directory),
    directory: world.folders.logs,
    known: [...known, ...readProcessRecord(world.folders.processRecord).processes],
    except: [world.network.pid],
  }
  return findRunProcesses(trace, world.foreign)
}
