import { z } from 'zod'
import type { ClusterTarget, ProcessTarget } from '../../core/service-descriptor.js'
import { command, component, unit } from '../descriptor-parts.js'

const disposable = z.boolean().default(false).describe('may hold nothing that matters: allows destructive procedures')

const processTarget = z.strictObject({
  kind: z.literal('process'),
  disposable,
  install: command.optional().describe('run once per deployment before the first start'),
  image: z.string().min(1).optional().describe('container image with all programs of the target; the commands must work in its working directory'),
  replicas: z.strictObject({ ...unit, count: z.number().int().min(1).max(16).default(1) }),
  components: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens'), component).default({}),
})

// RFC 1123, label: what Kubernetes takes for the names of namespaces and services.
const objectName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected a name of lower-case letters, digits and hyphens')

/** A workload that runs in a cluster: number of replicas, probes and grace periods are read there. */
const kubernetesTarget = z.strictObject({
  kind: z.literal('kubernetes'),
  disposable,
  context: z.string().min(1).optional().describe('of the kubeconfig; default: the current one, or the service account of the pod the harness runs in'),
  namespace: objectName.describe('namespace of the workload'),
  workload: z.string().regex(/^(deployment|statefulset)\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected deployment/NAME or statefulset/NAME').describe('deployment/NAME or statefulset/NAME'),
  service: objectName.describe('name of the Service in front of it'),
  url: z
    .string()
    .regex(/^http:\/\/[^/\s?#@]+\/?$/, 'expected an address such as http://web.example:8080, without a path; traffic is sent with http')
    .optional()
    .describe('where clients reach it: ingress, load balancer or node port; default inside the cluster: the Service'),
})

export const targetSection = z.discriminatedUnion('kind', [processTarget, kubernetesTarget])

type TargetDocument = z.infer<typeof targetSection>
type ProcessDocument = Omit<z.infer<typeof processTarget>, 'kind'>
/** A target in which nothing that every target has is missing any more. */
export type WholeTarget = ProcessDocument & { readonly kind: ProcessTarget['kind']; readonly cluster?: ClusterTarget }

/** What runs in a cluster is not started from here; how many there are is read there before anything is planned. */
export function wholeTarget(document: TargetDocument): WholeTarget {
  if (document.kind === 'process') return document
  const [kind = '', name = ''] = document.workload.split('/')
  return {
    kind: 'kubernetes',
    disposable: document.disposable,
    replicas: { command: [], env: {}, restart: 'always', startAtBoot: true, count: 1 },
    components: {},
    cluster: {
      ...(document.context === undefined ? {} : { context: document.context }),
      namespace: document.namespace,
      workload: { kind: kind === 'statefulset' ? 'statefulset' : 'deployment', name },
      service: document.service,
      ...(document.url === undefined ? {} : { url: new URL(document.url) }),
    },
  }
}

export function targetOf({ components, ...target }: WholeTarget): ProcessTarget {
  const { kind, disposable: mayBeLost, install, image, replicas, cluster } = target
  return {
    kind,
    disposable: mayBeLost,
    ...(install === undefined ? {} : { install }),
    ...(image === undefined ? {} : { image }),
    ...(cluster === undefined ? {} : { cluster }),
    replicas,
    components: Object.entries(components).map(([name, { ready, ...component }]) => ({
      ...component,
      name,
      ready: ready === 'tcp' ? { kind: 'tcp' } : { kind: 'http', path: ready },
    })),
  }
}
