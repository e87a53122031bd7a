import { afterEach, expect, test } from 'vitest'
import { drainingNodes as change, type FakeCluster } from '../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import type { ClusterNode } from '../drivers/kubernetes/objects.js'
import { asItWas, ClusterVerdicts, outcomeOf } from './cluster-verdicts.test-support.js'

const verdicts = new ClusterVerdicts()
afterEach(() => verdicts.close())

const only = ['DRAIN-03'] as const
const schedulable = (): unknown => verdicts.cluster.store.list<ClusterNode>('nodes').map(({ spec, metadata }) => [spec.unschedulable ?? false, metadata.annotations ?? {}])
const cordons = (): number => verdicts.cluster.api.asked.filter((asked) => asked.startsWith('PATCH') && asked.includes('/nodes/')).length

test.each([
  ['graceful', 141, 'passed'],
  ['abrupt', 142, 'failed'],
] as const)('DRAIN-03 by the drain of a node: pods that are %s', async (manner, network, outcome) => {
  const report = await verdicts.decided({ manner, network, only, change, allow: 'destructive' })
  expect(outcomeOf(report, 'DRAIN-03')).toMatchObject({ outcome })
  expect(cordons()).toBeGreaterThanOrEqual(2)
  expect(schedulable()).toEqual([[false, {}], [false, {}]])
  expect(verdicts.annotations()).toEqual(asItWas)
  expect(report.notRestored).toEqual([])
}, 120_000)

test('DRAIN-03 is skipped without permission to drain a node, with what would give it, and nothing is touched', async () => {
  const report = await verdicts.judge({ manner: 'graceful', network: 143, only, change, allow: 'disruptive' })
  expect(outcomeOf(report, 'DRAIN-03')).toMatchObject({ outcome: 'skipped', summary: expect.stringMatching(/drains a node, which keeps the pods of others off it meanwhile, and needs --allow destructive/), skip: { cause: 'not-allowed', allow: 'destructive' } })
  expect(report.verdict).toContain('--allow destructive')
  expect(cordons()).toBe(0)
})

test('DRAIN-03 is undecided on nodes that others have cordoned, which stay so', async () => {
  const prepare = ({ store }: FakeCluster): void => {
    for (const { metadata } of store.list<ClusterNode>('nodes')) store.change<ClusterNode>('nodes', metadata.name, (one) => ({ ...one, spec: { unschedulable: true } }))
  }
  const report = await verdicts.judge({ manner: 'graceful', network: 144, only, change, allow: 'destructive', prepare })
  expect(outcomeOf(report, 'DRAIN-03')).toMatchObject({ outcome: 'inconclusive', summary: expect.stringMatching(/was cordoned already by somebody else/) })
  expect(schedulable()).toEqual([[true, {}], [true, {}]])
  expect(verdicts.annotations()).toEqual(asItWas)
}, 60_000)
