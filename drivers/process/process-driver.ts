import { accessSync, constants, existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { declaredCapabilities } from '../../core/capabilities.js'
import type { DeployOptions, Deployment, Driver } from '../../core/driver.js'
import type { Capability } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { onLinux } from '../../operating-system/process-table.js'
import { ForeignProcesses } from '../../operating-system/foreign-processes.js'
import { isShortage } from '../../operating-system/own-shortage.js'
import { ProcessRecord } from '../../operating-system/process-record.js'
import type { Network } from '../network/network-protocol.js'
import { makeFolders } from './deployment-folders.js'
import { localData, localDefinitionOf, markedEnvironment, type DeploymentWorld } from './deployment-world.js'
import { createControls } from './deployment-controls.js'
import { DeploymentUnits } from './deployment-units.js'
import { runInstall } from './install.js'
import { MachinePower } from './machine-power.js'
import type { MachineUnit } from './machine-protocol.js'
import { startOwnNetwork } from './own-network.js'
import { edgesOf, planUnits, searchPath, unitNames, type PlannedUnit } from './plan-units.js'
import { claimPorts } from './ports.js'
import { beginDeployment, deploymentOf, endDeployment, endedDeployment } from './process-deployment.js'

/** Local processes on a simulated machine, with the harness's balancer and fault proxies around them. */
export const processDriver: Driver = { name: 'process', runsOnThisMachine: true, availability, offers, deploy }

async function availability(service: ServiceDescriptor): ReturnType<Driver['availability']> {
  const reason = obstacle(service)
  return reason === undefined ? { available: true } : { available: false, reason }
}

function obstacle({ target, directory }: ServiceDescriptor): string | undefined {
  if (target.kind !== 'process') return 'the target is not made of processes'
  if (process.platform !== 'linux' && process.platform !== 'darwin') return `process groups and signals are needed, and ${process.platform} has none`
  if (onLinux && !existsSync('/proc/self/environ')) return 'there is no /proc to see processes in'
  if (target.install !== undefined) return undefined // it may make the programs
  const missing = [target.replicas, ...target.components].map(({ command }) => command[0] ?? '').find((program) => !isProgram(program, directory))
  return missing === undefined ? undefined : `the program "${missing}" is not found in ${directory} or ${searchPath}`
}

function isProgram(program: string, directory: string): boolean {
  if (program === 'node') return true
  const files = program.includes('/') ? [resolve(directory, program)] : searchPath.split(':').map((folder) => join(folder, program))
  return program !== '' && files.some((file) => {
    try {
      accessSync(file, constants.X_OK)
      return isAbsolute(file)
    } catch {
      return false
    }
  })
}

/** All that a descriptor does not rule out: every control is there. */
function offers(service: ServiceDescriptor): ReadonlySet<Capability> {
  return declaredCapabilities(service)
}

const rebootGradeReason = 'processes of this computer are no machine of their own that could be booted, so that a reboot is played'

async function deploy(service: ServiceDescriptor, given: DeployOptions): Promise<Deployment> {
  given.signal.throwIfAborted()
  let disposed: Promise<void> | undefined
  // What its own end does to a deployment is nothing the platform did.
  const options: DeployOptions = { ...given, onPlatformEvent: (event) => (disposed === undefined ? given.onPlatformEvent(event) : undefined) }
  const names = unitNames(service.target)
  edgesOf(planUnits(service.target, [])) // a wrong template is told before anything is made
  const folders = makeFolders(options.directory, options.sharedDirectory, names)
  const ports = await claimPorts(names.length)
  let network: Network
  let units: DeploymentUnits
  try {
    units = new DeploymentUnits(planUnits(service.target, ports.ports), options)
    beginDeployment(folders)
    network = await startOwnNetwork(service, options, { folders, units })
  } catch (error) {
    ports.release()
    // Whoever starts a network waits for its end when it cannot be started; only for want of something nobody knows.
    if (!isShortage(error)) endedDeployment(folders)
    throw error
  }
  const parts = { service, options, folders, units, ports, network, data: localData(folders) }
  const definitionOf = (planned: PlannedUnit): MachineUnit => localDefinitionOf(parts, planned)
  const world: DeploymentWorld = { ...parts, definitionOf, record: new ProcessRecord(folders.processRecord), foreign: new ForeignProcesses() }
  const power = new MachinePower(world)
  const dispose = (): Promise<void> => (disposed ??= endDeployment(world, power))
  try {
    if (options.install !== false) await runInstall(service, folders, { ...options, environment: markedEnvironment(options) })
    options.signal.throwIfAborted()
    await power.boot({ startAll: true })
    return deploymentOf(world, { controls: createControls(world, power), rebootGrade: 'simulated', rebootGradeReason, dispose })
  } catch (error) {
    await dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}
