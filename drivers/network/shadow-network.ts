import type { DeployOptions, DriverPlatformEvent, Edge } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { processStartTime } from '../../operating-system/process-table.js'
import { logFileOf, type DeploymentFolders } from '../process/deployment-folders.js'
import { ownEnvironment } from '../process/deployment-world.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import type { EdgeTarget, Network } from './network-protocol.js'
import { startNetwork } from './start-network.js'

export interface ShadowOptions {
  readonly service: ServiceDescriptor
  readonly options: DeployOptions
  readonly folders: DeploymentFolders
  readonly backends: readonly { readonly id: string; readonly host: string; readonly port: number }[]
  /** What is attached to, for events: 'project'. */
  readonly of: string
  readonly emit: (event: DriverPlatformEvent) => void
  /** Fault proxies, and where they listen. Default: none. */
  readonly proxies?: { readonly host: string; readonly edges: readonly (Edge & EdgeTarget)[] }
}

/** The echo server, and a balancer that nobody sends requests to: its health checks have the declared settings of the one that is part of what is tested. */
export async function startShadowNetwork({ service, options, folders, backends, of, emit, proxies }: ShadowOptions): Promise<Network> {
  const seenBy = `a health check of the harness with the declared settings, not the balancer of the ${of} itself`
  const network = await startNetwork({ balancer: { ...service.balancer, readinessPath: service.health.readinessPath, backends }, edges: proxies?.edges ?? [], ...(proxies === undefined ? {} : { proxyHost: proxies.host }) }, {
    environment: ownEnvironment(options),
    logFile: logFileOf(folders, 'network'),
    onEvent: ({ name, backend, atHrtimeMs, reason }) => emit({ name, target: backend, atHrtimeMs, detail: { reason, seenBy } }),
    onUnexpectedExit: (reason) => emit({ name: 'process-exited', target: 'network', atHrtimeMs: hrtimeMs(), detail: { reason, unexpected: true } }),
  })
  // Nothing of it is on the way of a request but the proxies.
  if (proxies !== undefined) emit({ name: 'network-started', target: 'network', atHrtimeMs: hrtimeMs(), detail: { pid: network.pid } })
  const startTime = processStartTime(network.pid)
  if (startTime !== null) options.journal.record({ kind: 'process-group', pid: network.pid, startTime, what: 'network' })
  return network
}
