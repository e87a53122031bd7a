import { afterEach, describe, expect, test } from 'vitest'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { FakeCluster } from '../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import { metadataOf } from '../drivers/kubernetes/fake-cluster/stored-objects.test-support.js'
import type { Autoscaler, Workload } from '../drivers/kubernetes/objects.js'
import { asItWas, ClusterVerdicts, isTrial, outcomeOf } from './cluster-verdicts.test-support.js'

const verdicts = new ClusterVerdicts()
afterEach(() => (isTrial ? verdicts.close() : undefined))

/** With a request that is under way for long enough to be in flight when its pod is taken away. */
const withStream = (service: ServiceDescriptor): ServiceDescriptor => ({ ...service, traffic: { ...service.traffic, stream: { ...service.traffic['stream']!, minDurationMs: 700 } } })
const replicas = (kind: 'deployments' | 'statefulsets'): unknown => verdicts.cluster.store.get<Workload>(kind, 'web')?.spec.replicas

describe.runIf(isTrial)('RDND-05: a workload of which one replica more is asked for, and one less', () => {
  test.each([
    ['deployment', 211],
    ['statefulset', 212],
  ] as const)('passes as a sound %s, and is as it was afterwards', async (workload, network) => {
    const report = await verdicts.decided({ manner: 'graceful', network, workload, only: ['RDND-05'], change: withStream })
    expect(outcomeOf(report, 'RDND-05')).toMatchObject({ outcome: 'passed', summary: expect.stringMatching(/while replica-3 was added and removed/) })
    expect(verdicts.annotations()).toEqual(asItWas)
    expect(replicas(`${workload}s`)).toBe(3)
    expect(report.notRestored).toEqual([])
  }, 180_000)

  test('fails where its pods cut what is in flight', async () => {
    const report = await verdicts.decided({ manner: 'abrupt', network: 213, only: ['RDND-05'], change: withStream })
    expect(outcomeOf(report, 'RDND-05')).toMatchObject({ outcome: 'failed', summary: expect.stringMatching(/in flight on replica-3 were not completed exactly once/) })
  }, 180_000)

  test('is not tried where an autoscaler decides how many there are', async () => {
    const prepare = ({ store }: FakeCluster): void =>
      void store.put<Autoscaler>('horizontalpodautoscalers', { metadata: metadataOf('web-scaler'), spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } })
    const report = await verdicts.judge({ manner: 'graceful', network: 214, only: ['RDND-05'], change: withStream, prepare })
    expect(outcomeOf(report, 'RDND-05')).toMatchObject({ outcome: 'skipped', summary: expect.stringContaining('the HorizontalPodAutoscaler web-scaler decides how many replicas deployment/web has') })
  })

  test('is undecided where the controller takes another pod than the one that was added', async () => {
    const prepare = ({ controllers }: FakeCluster): void => void (controllers.surplus = (live) => live[0])
    const report = await verdicts.judge({ manner: 'graceful', network: 215, only: ['RDND-05'], change: withStream, prepare })
    expect(outcomeOf(report, 'RDND-05')).toMatchObject({ outcome: 'error', summary: expect.stringContaining('the controller took it instead of') })
    expect(replicas('deployments')).toBe(3)
  }, 60_000)

  test('is undecided where the pod that is asked for finds no node, and what was asked for is taken back', async () => {
    const prepare = ({ controllers }: FakeCluster): void => void (controllers.obstacle = 'no-node')
    const change = (service: ServiceDescriptor): ServiceDescriptor => ({ ...withStream(service), lifecycle: { ...service.lifecycle, startTimeoutMs: 1_500 } })
    const report = await verdicts.judge({ manner: 'graceful', network: 216, only: ['RDND-05'], change, prepare })
    expect(outcomeOf(report, 'RDND-05')).toMatchObject({ outcome: 'inconclusive', summary: expect.stringMatching(/no replica could be added: .*which has no node/) })
    expect(replicas('deployments')).toBe(3)
    expect(verdicts.annotations()).toEqual(asItWas)
  }, 60_000)
})
