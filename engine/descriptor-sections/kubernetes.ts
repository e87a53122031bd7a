import { z } from 'zod'
import type { ServiceTarget } from '../../core/service-descriptor.js'

// RFC 1123, label: what Kubernetes takes for the names of namespaces and services.
const objectName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected a name of lower-case letters, digits and hyphens')

/** A workload that runs in a cluster: number of replicas, probes and grace periods are read there. */
export const kubernetesTarget = z.strictObject({
  kind: z.literal('kubernetes'),
  disposable: z.boolean().default(false).describe('may hold nothing that matters: allows destructive procedures'),
  context: z.string().min(1).optional().describe('of the kubeconfig; default: the current one, or the service account of the pod the harness runs in'),
  namespace: objectName.describe('namespace of the workload'),
  workload: z.string().regex(/^(deployment|statefulset)\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected deployment/NAME or statefulset/NAME').describe('deployment/NAME or statefulset/NAME'),
  service: objectName.describe('name of the Service in front of it'),
  url: z
    .string()
    .regex(/^http:\/\/[^/\s?#@]+\/?$/, 'expected an address such as http://web.example:8080, without a path; traffic is sent with http')
    .optional()
    .describe('where clients reach it: ingress, load balancer or node port; default inside the cluster: the Service'),
  drain: z
    .enum(['pod', 'node'])
    .default('pod')
    .describe('what the stop signal is that stands for a drain: its pod alone is taken away, or its node is cordoned first, which needs --allow destructive'),
})
export type KubernetesTargetDocument = z.infer<typeof kubernetesTarget>

/** What runs in a cluster is not started from here; how many there are is read there before anything is planned. */
export function kubernetesTargetOf({ disposable, context, namespace, workload, service, url, drain }: KubernetesTargetDocument): ServiceTarget {
  const [kind = '', name = ''] = workload.split('/')
  return {
    kind: 'kubernetes',
    disposable,
    replicas: { command: [], env: {}, restart: 'always', startAtBoot: true, count: 1 },
    components: [],
    cluster: {
      ...(context === undefined ? {} : { context }),
      namespace,
      workload: { kind: kind === 'statefulset' ? 'statefulset' : 'deployment', name },
      service,
      ...(url === undefined ? {} : { url: new URL(url) }),
      ...(drain === 'node' ? { drain } : {}),
    },
  }
}
