import { accessSync, constants, existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { declaredCapabilities } from '../../core/capabilities.js'
import type { DeployOptions, Deployment, Driver } from '../../core/driver.js'
import type { Capability } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { onLinux, processStartTime } from '../../operating-system/process-table.js'
import { ForeignProcesses } from '../../operating-system/foreign-processes.js'
import { ProcessRecord } from '../../operating-system/process-record.js'
import type { Network } from '../network/network-protocol.js'
import { startNetwork } from '../network/start-network.js'
import { logFileOf, makeFolders, type DeploymentFolders } from './deployment-folders.js'
import { markedEnvironment, ownEnvironment, type DeploymentWorld } from './deployment-world.js'
import { DeploymentUnits } from './deployment-units.js'
import { runInstall } from './install.js'
import { MachinePower } from './machine-power.js'
import { hrtimeMs } from './machine-protocol.js'
import { edgesOf, planUnits, searchPath, unitNames } from './plan-units.js'
import { claimPorts } from './ports.js'
import { endDeployment, processDeployment } from './process-deployment.js'

/** Local processes on a simulated machine, with the harness's balancer and fault proxies around them. */
export const processDriver: Driver = { name: 'process', availability, offers, deploy }

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
    units = new DeploymentUnits(planUnits(service.target, ports.ports))
    network = await startOwnNetwork(service, options, { folders, units })
  } catch (error) {
    ports.release()
    throw error
  }
  const world: DeploymentWorld = { service, options, folders, units, ports, network, record: new ProcessRecord(folders.processRecord), foreign: new ForeignProcesses() }
  const power = new MachinePower(world)
  const dispose = (): Promise<void> => (disposed ??= endDeployment(world, power))
  try {
    if (options.install !== false) await runInstall(service, folders, { ...options, environment: markedEnvironment(options) })
    options.signal.throwIfAborted()
    await power.boot({ startAll: true })
    return processDeployment(world, power, dispose)
  } catch (error) {
    await dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}

/** Like every process of ours it is marked, so that it is found if we die before it is in the journal. */
async function startOwnNetwork(
  service: ServiceDescriptor,
  options: DeployOptions,
  { folders, units }: { readonly folders: DeploymentFolders; readonly units: DeploymentUnits },
): Promise<Network> {
  const balancer = { ...service.balancer, readinessPath: service.health.readinessPath, backends: units.backends }
  const edges = units.edges.map((edge) => ({ ...edge, ...units.addressOf(edge.to) }))
  const network = await startNetwork({ balancer, edges }, {
    environment: ownEnvironment(options),
    logFile: logFileOf(folders, 'network'),
    onEvent: ({ name, backend, atHrtimeMs, reason }) => options.onPlatformEvent({ name, target: backend, atHrtimeMs, detail: { reason } }),
    onUnexpectedExit: (reason) => options.onPlatformEvent({ name: 'process-exited', target: 'network', atHrtimeMs: hrtimeMs(), detail: { reason, unexpected: true } }),
  })
  const startTime = processStartTime(network.pid)
  if (startTime !== null) options.journal.record({ kind: 'process-group', pid: network.pid, startTime, what: 'network' })
  return network
}

