import type { ClusterNode, Workload } from '../objects.js'
import { metadataOf } from './stored-objects.test-support.js'

export const labels = { app: 'web' }
const image = 'docker.io/local/web:1'

export const readyNode = (name: string): ClusterNode => {
  const { namespace: _, ...metadata } = metadataOf(name)
  return { metadata, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } }
}

/** With what the API server fills in where a field is absent. */
export function webDeployment(replicas: number): Workload {
  const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold: 1 })
  return {
    metadata: metadataOf('web', { generation: 1, labels, annotations: { 'deployment.kubernetes.io/revision': '1' } }),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      progressDeadlineSeconds: 600,
      template: { spec: { containers: [{ name: 'web', image, readinessProbe: probe('/ready'), livenessProbe: probe('/live') }], terminationGracePeriodSeconds: 2 } },
    },
  }
}

export function webStatefulSet(replicas: number): Workload {
  const { metadata, spec: { strategy: _strategy, progressDeadlineSeconds: _deadline, ...spec } } = webDeployment(replicas)
  return { metadata, spec: { ...spec, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } } }
}
