import type { ClusterTarget } from '../../core/service-descriptor.js'

/** What a program that cleans up after a dead run needs: it starts with an empty environment. */
export interface ReleaseOrder {
  readonly runId: string
  /** Where a pod says whether it is ready: one that was left drained is replaced. */
  readonly readinessPath: string
  readonly context?: string
  readonly files?: readonly string[]
  /** Of a pod: where its API server is. */
  readonly environment: Readonly<Record<string, string>>
  readonly target: Pick<ClusterTarget, 'namespace' | 'workload' | 'service' | 'drain'>
}

/** Undefined for what is no order. */
export function parseReleaseOrder(text: string): ReleaseOrder | undefined {
  try {
    const order = JSON.parse(text) as Partial<ReleaseOrder>
    const { runId, target, environment, readinessPath } = order
    const isWhole = typeof runId === 'string' && runId !== '' && typeof target?.namespace === 'string' && typeof target.workload?.name === 'string' && typeof environment === 'object' && typeof readinessPath === 'string'
    return isWhole ? (order as ReleaseOrder) : undefined
  } catch {
    return undefined
  }
}
