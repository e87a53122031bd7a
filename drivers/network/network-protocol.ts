import type { BalancerCounters, Edge, EdgeCounters, EdgeFault } from '../../core/driver.js'
import type { BalancerSettings } from '../../core/service-descriptor.js'

/**
 * The network of a deployment: the balancer, a fault proxy for each dependency edge, and an echo server for the
 * null control. It runs as one process of its own, so that a busy harness neither slows nor fails the traffic of
 * the service, and ends when the channel to the harness closes. Everything listens on 127.0.0.1, the
 * proxies elsewhere if asked to.
 *
 * Requests and answers are messages on the child process's IPC channel; events come unasked.
 */
export interface NetworkSpec {
  readonly balancer: BalancerSettings & {
    readonly readinessPath: string
    readonly backends: readonly BackendAddress[]
    /** Longest silence of a backend that owes an answer before the client gets a 504. Default 60 000. */
    readonly responseTimeoutMs?: number
  }
  readonly edges: readonly (Edge & EdgeTarget)[] // where the proxy forwards to
  /** Where the fault proxies listen; containers reach this machine at the gateway of their network. Default 127.0.0.1. */
  readonly proxyHost?: string
}
export interface BackendAddress {
  readonly id: string
  readonly host: string
  readonly port: number
}
/** Port 0: not known yet, connections are reset until `setEdgeTarget`. */
export interface EdgeTarget {
  readonly host: string
  readonly port: number
}

/** What `startNetwork` resolves to; ports were assigned by the kernel. */
export interface Network extends AsyncDisposable {
  readonly pid: number
  readonly balancerUrl: URL
  readonly echoUrl: URL
  /** Port of the proxy on an edge. */
  proxyPort(edge: Edge): number
  /** Backends and proxy targets may become known later than the network starts: a proxy port is needed for a unit's environment. */
  setBackends(backends: readonly BackendAddress[]): Promise<void>
  setEdgeTarget(edge: Edge, target: EdgeTarget): Promise<void>
  /** Like `setEdgeTarget`, and established connections are reset: a pool of the service must not go on at the old address. */
  redirectEdge(edge: Edge, target: EdgeTarget): Promise<void>
  /** One more edge; the port of its proxy is known when this resolves. */
  openEdge(edge: Edge, target: EdgeTarget): Promise<void>
  /** Ends the proxy of an edge; nothing happens when there is none. */
  closeEdge(edge: Edge): Promise<void>
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
  readonly lateAfterMs?: number // the answer that decided had not come within this time
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

/**
 * Calls on the IPC channel by name: parameters and result. `start` comes first and once; `close` ends the process.
 * Qualification rigs are known by a number.
 */
export interface NetworkCalls {
  start(spec: NetworkSpec): Promise<NetworkAddresses>
  setBackends(backends: readonly BackendAddress[]): Promise<void>
  setEdgeTarget(edge: Edge, target: EdgeTarget): Promise<void>
  redirectEdge(edge: Edge, target: EdgeTarget): Promise<void>
  openEdge(edge: Edge, target: EdgeTarget): Promise<{ readonly port: number }>
  closeEdge(edge: Edge): Promise<void>
  faultEdge(edge: Edge, fault: EdgeFault): Promise<void>
  healEdge(edge: Edge): Promise<void>
  edgeCounters(edge: Edge): Promise<EdgeCounters>
  balancerCounters(): Promise<BalancerCounters>
  openQualification(): Promise<{ readonly rig: number; readonly entrypoint: string }>
  drainOneBackend(rig: number): Promise<void>
  closeQualification(rig: number): Promise<void>
  close(): Promise<void>
}
export interface NetworkAddresses {
  readonly balancerUrl: string
  readonly echoUrl: string
  readonly proxies: readonly { readonly edge: Edge; readonly port: number }[]
}
/** Harness to network process. */
export interface NetworkCall {
  readonly id: number
  readonly name: keyof NetworkCalls
  readonly parameters: readonly unknown[]
}
/** Network process to harness. */
export type NetworkMessage =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | { readonly kind: 'event'; readonly event: NetworkEvent }

/** Names an edge in a map. */
export const edgeKey = (edge: Edge): string => JSON.stringify([edge.from, edge.to])
