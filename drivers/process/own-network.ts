import type { DeployOptions } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { processStartTime } from '../../operating-system/process-table.js'
import type { Network } from '../network/network-protocol.js'
import { startNetwork } from '../network/start-network.js'
import { logFileOf, type DeploymentFolders } from './deployment-folders.js'
import { ownEnvironment } from './deployment-world.js'
import type { DeploymentUnits } from './deployment-units.js'
import { hrtimeMs } from './machine-protocol.js'

/**
 * `proxyHost`: where the fault proxies listen, when not on 127.0.0.1. Like every process of ours it is marked, so that
 * it is found if we die before it is in the journal.
 */
export async function startOwnNetwork(
  service: ServiceDescriptor,
  options: DeployOptions,
  { folders, units, proxyHost }: { readonly folders: DeploymentFolders; readonly units: DeploymentUnits; readonly proxyHost?: string },
): Promise<Network> {
  const balancer = { ...service.balancer, readinessPath: service.health.readinessPath, backends: units.backends }
  const edges = units.edges.map((edge) => ({ ...edge, ...units.addressOf(edge.to) }))
  const network = await startNetwork({ balancer, edges, ...(proxyHost === undefined ? {} : { proxyHost }) }, {
    environment: ownEnvironment(options),
    logFile: logFileOf(folders, 'network'),
    onEvent: ({ name, backend, atHrtimeMs, ...detail }) => options.onPlatformEvent({ name, target: backend, atHrtimeMs, detail }),
    onUnexpectedExit: (reason) => options.onPlatformEvent({ name: 'process-exited', target: 'network', atHrtimeMs: hrtimeMs(), detail: { reason, unexpected: true } }),
  })
  options.onPlatformEvent({ name: 'network-started', target: 'network', atHrtimeMs: hrtimeMs(), detail: { pid: network.pid } })
  const startTime = processStartTime(network.pid)
  if (startTime !== null) options.journal.record({ kind: 'process-group', pid: network.pid, startTime, what: 'network' })
  return network
}

