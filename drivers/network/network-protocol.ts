import type { BalancerCounters, Edge, EdgeCounters, EdgeFault } from '../../core/driver.js'
import type { BalancerSettings } from '../../core/service-descriptor.js'

/**
 * The network of a deployment: the balancer, a fault proxy for each dependency edge, and an echo server for the
 * null control. It runs as one process of its own, so that a busy harness neither slows nor fails the traffic of
 * the service, and ends when the channel to the harness closes. Everything listens on 127.0.0.1.
 *
 * Requests and answers are messages on the child process's IPC channel; events come unasked.
 */
export interface NetworkSpec {
  readonly balancer: BalancerSettings & {
    readonly readinessPath: string
    readonly backends: readonly { readonly id: string; readonly host: string; readonly port: number }[]
  }
  readonly edges: readonly (Edge & { readonly host: string; readonly port: number })[] // where the proxy forwards to
}

/** What `startNetwork` resolves to; ports were assigned by the kernel. */
export interface Network extends AsyncDisposable {
  readonly pid: number
  readonly balancerUrl: URL
  readonly echoUrl: URL
  /** Port of the proxy on an edge. */
  proxyPort(edge: Edge): number
  /** Backends and proxy targets may become known later than the network starts: a proxy port is needed for a unit's environment. */
  setBackends(backends: NetworkSpec['balancer']['backends']): Promise<void>
  faultEdge(edge: Edge, fault: EdgeFault): Promise<void>
  healEdge(edge: Edge): Promise<void>
  edgeCounters(edge: Edge): Promise<EdgeCounters>
  balancerCounters(): Promise<BalancerCounters>
  qualification(): Promise<{ readonly entrypoint: URL; drainOneBackend(): Promise<void>; close(): Promise<void> }>
  close(): Promise<void>
}

export interface NetworkEvent {
  readonly name: 'backend-up' | 'backend-down'
  readonly backend: string
  readonly atHrtimeMs: number
  readonly reason: string // 'readiness answered 503' …
}

/** Starts the network process. `environment` is its whole environment. Throws SeaworthyError. */
export type StartNetwork = (
  spec: NetworkSpec,
  options: {
    readonly environment: Readonly<Record<string, string>>
    readonly logFile: string
    readonly onEvent: (event: NetworkEvent) => void
    /** Called once if the process ends without having been asked to. */
    readonly onUnexpectedExit: (reason: string) => void
  },
) => Promise<Network>
