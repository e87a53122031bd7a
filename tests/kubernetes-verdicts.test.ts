import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { RequirementId } from '../core/requirement.js'
import type { RunReport } from '../core/run-report.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { startFakeCluster, type FakeCluster } from '../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import type { Manner } from '../drivers/kubernetes/fake-cluster/pod-program.test-support.js'
import { kubernetesDriver } from '../drivers/kubernetes/kubernetes-driver.js'
import { runConformance } from '../engine/run-conformance.js'
import { suites } from '../suites/index.js'

/** Real suites and the real engine on a fake cluster whose pods are real servers: what a service does decides, whoever runs it. */
let cluster: FakeCluster
let folder = ''
afterEach(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

interface Experiment {
  readonly manner: Manner
  readonly network: number
  readonly only: RequirementId
  /** Called with every step of the scenario. */
  readonly onStep?: (message: string, cluster: FakeCluster) => void
  readonly change?: (service: ServiceDescriptor) => ServiceDescriptor
}

/** A machine that is starved decides nothing: then it is measured again, in a cluster of its own. */
async function decided(experiment: Experiment): Promise<RunReport> {
  for (let tries = 1; ; tries++) {
    const report = await judge({ ...experiment, network: experiment.network + 10 * tries })
    if (tries === 4 || outcomeOf(report, experiment.only)?.outcome !== 'inconclusive') return report
    await cluster.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function judge({ manner, network, only, onStep, change = (service) => service }: Experiment): Promise<RunReport> {
  cluster = await startFakeCluster({ network, manner, drainMs: 400 })
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
  folder = mkdtempSync(join(tmpdir(), 'sw-verdict-'))
  const service = change((await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service)
  mkdirSync(join(folder, 'run'))
  return runConformance({
    service,
    descriptorPath: '/fake.yaml',
    driver: kubernetesDriver,
    suites,
    profile: 'quick',
    allow: 'disruptive',
    only: new Set([only]),
    requiredLevel: null,
    parallel: 2,
    randomSeed: 1,
    runId: `verdict-${network}`,
    runDirectory: join(folder, 'run'),
    workDirectory: join(folder, 'work'),
    sharedDirectory: join(folder, 'shared'),
    journal: { record: () => 1, done: () => {} },
    environment: {},
    version: '0.0.0',
    reproduceWith: '',
    signal: new AbortController().signal,
    emit: (event) => (event.type === 'step' ? onStep?.(event.message, cluster) : undefined),
  })
}
const outcomeOf = (report: RunReport, id: RequirementId) => report.requirements.find((one) => one.id === id)
const annotations = (): unknown => cluster.store.list<never>('deployments')[0]?.['metadata']['annotations']
const asItWas = { 'deployment.kubernetes.io/revision': '1' }

test.each([
  ['graceful', 61, 'passed', /stop/],
  ['deaf', 62, 'failed', /had to be killed/],
] as const)('START-04: pods that are %s', async (manner, network, outcome, said) => {
  const report = await decided({ manner, network, only: 'START-04' })
  expect(outcomeOf(report, 'START-04')).toMatchObject({ outcome, summary: expect.stringMatching(said) })
  expect(annotations()).toEqual(asItWas)
  expect(report.notRestored).toEqual([])
}, 120_000)

test.each([
  ['graceful', 63, 'passed'],
  ['abrupt', 64, 'failed'],
] as const)('DRAIN-03: pods that are %s', async (manner, network, outcome) => {
  expect(outcomeOf(await decided({ manner, network, only: 'DRAIN-03' }), 'DRAIN-03')).toMatchObject({ outcome })
}, 120_000)

test('DRAIN-03: a disruption budget that never lets a pod go is named, and is no failure of the service', async () => {
  const change = (service: ServiceDescriptor): ServiceDescriptor => ({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 1_500 } })
  const onStep = (_: string, held: FakeCluster): void => void (held.mayEvict = false)
  const report = await judge({ manner: 'graceful', network: 67, only: 'DRAIN-03', change, onStep })
  expect(outcomeOf(report, 'DRAIN-03')).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('The disruption budget web does not allow evicting pods currently') })
  expect(cluster.api.asked.some((asked) => asked.endsWith('/eviction'))).toBe(true)
  expect(annotations()).toEqual(asItWas)
}, 60_000)

test('an API server that is lost in the middle is no failure of the service, and what was changed is put back when it returns', async () => {
  let isDown = false
  const onStep = (message: string, { api }: FakeCluster): void => {
    if (isDown || !message.startsWith('stopping')) return
    isDown = true
    void api.stop().then(() => setTimeout(() => void api.start(), 1_500))
  }
  const report = await judge({ manner: 'graceful', network: 65, only: 'START-04', onStep })
  expect(isDown).toBe(true)
  expect(outcomeOf(report, 'START-04')).toMatchObject({ outcome: 'error', summary: expect.stringContaining('the cluster was not left to this run') })
  expect(annotations()).toEqual(asItWas)
})

test('what a cluster makes impossible is skipped with its reason', async () => {
  const report = await judge({ manner: 'graceful', network: 66, only: 'START-02' })
  expect(outcomeOf(report, 'START-02')).toMatchObject({ outcome: 'skipped', summary: expect.stringContaining('tests its controller') })
})
