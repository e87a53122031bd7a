/** What is read of the objects of a cluster; everything else in them is passed over. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[]
  /** Who last gave which fields what they have. `f:spec`: as in `{ 'f:unschedulable': {} }`. */
  readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: { readonly 'f:spec'?: Readonly<Record<string, unknown>> } }[]
}
export interface ClusterObject {
  readonly metadata: ObjectMeta
}
export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: string | number }
  readonly periodSeconds?: number
  readonly timeoutSeconds?: number
  readonly successThreshold?: number
  readonly failureThreshold?: number
}
export interface EnvironmentVariable {
  readonly name: string
  readonly value?: string
}
export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly env?: readonly EnvironmentVariable[]
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
}
export interface Workload extends ClusterObject {
  readonly spec: {
    readonly replicas?: number
    readonly paused?: boolean
    readonly minReadySeconds?: number
    readonly progressDeadlineSeconds?: number
    readonly selector: LabelSelector
    readonly strategy?: { readonly type: string; readonly rollingUpdate?: Readonly<Record<string, unknown>> }
    readonly updateStrategy?: { readonly type: string; readonly rollingUpdate?: Readonly<Record<string, unknown>> }
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> }; readonly spec: { readonly containers: readonly Container[]; readonly terminationGracePeriodSeconds?: number; readonly nodeName?: string } }
    /** Of a StatefulSet. */
    readonly volumeClaimTemplates?: readonly object[]
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenScaled?: string }
  }
  readonly status?: { readonly observedGeneration?: number; readonly replicas?: number; readonly updatedReplicas?: number; readonly readyReplicas?: number; readonly availableReplicas?: number; /** Of a StatefulSet: the label of the pods that it makes now. */ readonly updateRevision?: string; readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string; readonly lastUpdateTime?: string }[] }
}
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]
}
export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly state?: { readonly running?: object; readonly waiting?: { readonly reason?: string }; readonly terminated?: { readonly exitCode: number; readonly signal?: number; readonly reason?: string } }
}
export interface Pod extends ClusterObject {
  readonly spec: { readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number; readonly tolerations?: readonly Toleration[] }
  readonly status: {
    readonly phase?: string
    readonly podIP?: string
    readonly reason?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}
export interface Toleration {
  /** Absent: of every taint. */
  readonly key?: string
  readonly operator?: string
  readonly value?: string
  /** Absent: every effect. */
  readonly effect?: string
}
export interface ClusterNode extends ClusterObject {
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[] }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}
export interface EndpointSlice extends ClusterObject {
  readonly addressType: string
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean } }[] | null
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null
}
export interface Service extends ClusterObject {
  readonly spec: { readonly type?: string; readonly clusterIP?: string; readonly ports?: readonly { readonly port: number; readonly nodePort?: number }[] }
}
export interface DisruptionBudget extends ClusterObject {
  readonly spec: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string; readonly selector?: LabelSelector }
  readonly status?: { readonly disruptionsAllowed?: number }
}
export interface Autoscaler extends ClusterObject {
  readonly spec: { readonly scaleTargetRef: { readonly kind: string; readonly name: string } }
}
export interface ObjectList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly T[]
}

/** As the API takes it in `labelSelector`. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...equal, ...others].join(',')
}
