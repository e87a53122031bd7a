import { afterEach, expect, test } from 'vitest'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { FakeCluster } from '../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import { asItWas, ClusterVerdicts, outcomeOf } from './cluster-verdicts.test-support.js'

const verdicts = new ClusterVerdicts()
afterEach(() => verdicts.close())

test.each([
  ['graceful', 61, 'passed', /stop/],
  ['deaf', 62, 'failed', /had to be killed/],
] as const)('START-04: pods that are %s', async (manner, network, outcome, said) => {
  const report = await verdicts.decided({ manner, network, only: ['START-04'] })
  expect(outcomeOf(report, 'START-04')).toMatchObject({ outcome, summary: expect.stringMatching(said) })
  expect(verdicts.annotations()).toEqual(asItWas)
  expect(report.notRestored).toEqual([])
}, 120_000)

test.each([
  ['graceful', 63, 'passed'],
  ['abrupt', 64, 'failed'],
] as const)('DRAIN-03: pods that are %s', async (manner, network, outcome) => {
  expect(outcomeOf(await verdicts.decided({ manner, network, only: ['DRAIN-03'] }), 'DRAIN-03')).toMatchObject({ outcome })
}, 120_000)

test('DRAIN-03: a disruption budget that never lets a pod go is named, and is no failure of the service', async () => {
  const change = (service: ServiceDescriptor): ServiceDescriptor => ({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 1_500 } })
  const onStep = (_: string, held: FakeCluster): void => void (held.mayEvict = false)
  const report = await verdicts.judge({ manner: 'graceful', network: 67, only: ['DRAIN-03'], change, onStep })
  expect(outcomeOf(report, 'DRAIN-03')).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('The disruption budget web does not allow evicting pods currently') })
  expect(verdicts.cluster.api.asked.some((asked) => asked.endsWith('/eviction'))).toBe(true)
  expect(verdicts.annotations()).toEqual(asItWas)
}, 60_000)

test('an API server that is lost in the middle is no failure of the service, and what was changed is put back when it returns', async () => {
  let isDown = false
  const onStep = (message: string, { api }: FakeCluster): void => {
    if (isDown || !message.startsWith('stopping')) return
    isDown = true
    void api.stop().then(() => setTimeout(() => void api.start(), 1_500))
  }
  const report = await verdicts.judge({ manner: 'graceful', network: 65, only: ['START-04'], onStep })
  expect(isDown).toBe(true)
  expect(outcomeOf(report, 'START-04')).toMatchObject({ outcome: 'error', summary: expect.stringContaining('the cluster was not left to this run') })
  expect(verdicts.annotations()).toEqual(asItWas)
})

test('what a cluster makes impossible is skipped with its reason', async () => {
  const report = await verdicts.judge({ manner: 'graceful', network: 66, only: ['START-02'] })
  expect(outcomeOf(report, 'START-02')).toMatchObject({ outcome: 'skipped', summary: expect.stringContaining('tests its controller') })
})
