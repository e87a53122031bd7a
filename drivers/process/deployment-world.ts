import type { DeployOptions } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { ForeignProcesses } from '../../operating-system/foreign-processes.js'
import { readProcessRecord, type ProcessRecord } from '../../operating-system/process-record.js'
import { findRunProcesses, markerVariable } from '../../operating-system/run-processes.js'
import type { ProcessEntry, ProcessIdentity } from '../../operating-system/process-table.js'
import type { Network } from '../network/network-protocol.js'
import { markerOf, type DeploymentFolders } from './deployment-folders.js'
import type { DeploymentUnits } from './deployment-units.js'
import type { MachineUnit } from './machine-protocol.js'
import { machineUnit, searchPath, type PlannedUnit } from './plan-units.js'
import type { ClaimedPorts } from './ports.js'

/** What all parts of one deployment share. */
export interface DeploymentWorld {
  readonly service: ServiceDescriptor
  readonly options: DeployOptions
  readonly folders: DeploymentFolders
  readonly units: DeploymentUnits
  readonly ports: ClaimedPorts
  readonly network: Network
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

/** What the machine is told of a unit whose edges have their proxies. Throws SeaworthyError when its unit file is not understood. */
export function definitionOf({ service, folders, network, options }: DeploymentWorld, planned: PlannedUnit): MachineUnit {
  return machineUnit(planned, { service, folders, environment: markedEnvironment(options), proxyPort: network.proxyPort.bind(network) })
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
