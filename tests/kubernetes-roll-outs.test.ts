import { afterEach, describe, expect, test } from 'vitest'
import type { Operation, ServiceDescriptor } from '../core/service-descriptor.js'
import { webDeployment, webStatefulSet } from '../drivers/kubernetes/fake-cluster/declared-objects.test-support.js'
import type { FakeCluster } from '../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import type { Workload } from '../drivers/kubernetes/objects.js'
import { asItWas, ClusterVerdicts, isTrial, outcomeOf } from './cluster-verdicts.test-support.js'

const verdicts = new ClusterVerdicts()
afterEach(() => (isTrial ? verdicts.close() : undefined))

const operation = { headers: {}, timeoutMs: 5_000, streams: false, holdsBody: false, weight: 0 } as const
const read: Operation = { ...operation, name: 'read', method: 'GET', path: '/items/{key}', expect: { status: [], json: { '/value': '{value}' } }, mutates: false }
const write: Operation = { ...operation, name: 'write', method: 'PUT', path: '/items/{key}', body: { value: '{value}' }, expect: { status: [204], json: {} }, mutates: true } as Operation

/** The web service of the cluster with a store, a way to be under way for long, and releases that are told by an environment variable. */
function upgradable(service: ServiceDescriptor): ServiceDescriptor {
  const release = (name: string, reads: string) => ({ name, reads, changes: { env: { RELEASE: name } } })
  return {
    ...service,
    target: { ...service.target, disposable: true },
    data: { write, readStrong: read, readOrdinary: read, maxLagMs: 0 },
    traffic: { ...service.traffic, stream: { ...service.traffic['stream']!, path: '/stream/700', minDurationMs: 700 } },
    lifecycle: {
      ...service.lifecycle,
      upgrade: {
        version: { path: '/version', pointer: '/release' },
        releases: { v1: release('v1', 'v1'), v2: release('v2', 'v2'), 'never-ready': release('never-ready', 'never-ready') },
        from: 'v1', to: 'v2', bad: ['never-ready'], maxUnavailable: 1, features: [],
      },
    },
  }
}
const specOf = (kind: 'deployment' | 'statefulset'): unknown => verdicts.cluster.store.get<Workload>(`${kind}s`, 'web')?.spec
function releasing(service: ServiceDescriptor, to: string): ServiceDescriptor {
  const upgrade = service.lifecycle.upgrade!
  return { ...service, lifecycle: { ...service.lifecycle, upgrade: { ...upgrade, releases: { ...upgrade.releases, [to]: { name: to, reads: to, changes: { env: { RELEASE: to } } } }, to } } }
}
const containers = (): unknown => verdicts.cluster.store.get<Workload>('deployments', 'web')?.spec.template.spec.containers[0]?.env

describe.runIf(isTrial)('a workload that its controller rolls out', () => {
  test('passes what a roll-out is asked for, there and back, and is as it was afterwards', async () => {
    const report = await verdicts.decided({ manner: 'graceful', network: 82, only: ['UPGR-01', 'UPGR-02', 'UPGR-04', 'UPGR-06'], change: upgradable })
    for (const id of ['UPGR-01', 'UPGR-02', 'UPGR-04', 'UPGR-06'] as const) expect(outcomeOf(report, id), id).toMatchObject({ outcome: 'passed' })
    expect(verdicts.annotations()).toEqual(asItWas)
    expect(containers()).toBeUndefined()
    expect(report.notRestored).toEqual([])
  }, 180_000)

  test('fails where its pods cut what is in flight', async () => {
    const report = await verdicts.decided({ manner: 'abrupt', network: 83, only: ['UPGR-01'], change: upgradable })
    expect(outcomeOf(report, 'UPGR-01')).toMatchObject({ outcome: 'failed', summary: expect.stringContaining('requests failed while v2 was rolled out') })
  }, 180_000)

  test('stops at a bad release where its controller gives up in time, and is taken back', async () => {
    const report = await verdicts.decided({ manner: 'graceful', network: 84, only: ['UPGR-05'], change: upgradable, prepare: ({ store }) => void store.change<Workload>('deployments', 'web', (one) => ({ ...one, spec: { ...one.spec, progressDeadlineSeconds: 2 } })) })
    expect(outcomeOf(report, 'UPGR-05')).toMatchObject({ outcome: 'passed', summary: expect.stringMatching(/never-ready got to 1 replica, as the platform counts them/) })
    expect(containers()).toBeUndefined()
  }, 180_000)

  test.each([['deployment', 85], ['statefulset', 86]] as const)('of which one replica is brought to a release and taken back passes where both releases work together (%s)', async (workload, network) => {
    const report = await verdicts.decided({ manner: 'graceful', network, workload, only: ['UPGR-03', 'UPGR-01'], change: upgradable })
    expect(outcomeOf(report, 'UPGR-03')).toMatchObject({ outcome: 'passed' })
    expect(outcomeOf(report, 'UPGR-01')).toMatchObject({ outcome: 'passed' })
    expect(verdicts.annotations()).toEqual(asItWas)
    expect(specOf(workload)).toEqual((workload === 'deployment' ? webDeployment(3) : webStatefulSet(3)).spec)
    expect(report.notRestored).toEqual([])
  }, 180_000)

  test('fails where the release of before cannot read what the new one writes', async () => {
    const change = (service: ServiceDescriptor): ServiceDescriptor => releasing(upgradable(service), 'new-format')
    const report = await verdicts.decided({ manner: 'graceful', network: 87, only: ['UPGR-03'], change })
    expect(outcomeOf(report, 'UPGR-03')).toMatchObject({ outcome: 'failed' })
    expect(containers()).toBeUndefined()
  }, 180_000)

  test('that ends every pod before it makes one of another release is told as one that has no two side by side', async () => {
    const prepare = ({ store }: FakeCluster): void => void store.change<Workload>('deployments', 'web', (one) => ({ ...one, spec: { ...one.spec, strategy: { type: 'Recreate' } } }))
    const report = await verdicts.judge({ manner: 'graceful', network: 88, only: ['UPGR-03'], prepare, change: upgradable })
    expect(outcomeOf(report, 'UPGR-03')).toMatchObject({ outcome: 'skipped', summary: expect.stringContaining('the strategy Recreate ends every pod before') })
  })
})
