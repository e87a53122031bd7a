import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { RequirementId, SafetyClass } from '../core/requirement.js'
import type { RunReport } from '../core/run-report.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { startFakeCluster, type FakeCluster } from '../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import type { Manner } from '../drivers/kubernetes/fake-cluster/pod-program.test-support.js'
import { kubernetesDriver } from '../drivers/kubernetes/kubernetes-driver.js'
import { judgeRecorded } from '../engine/judge-scenario.js'
import { runConformance } from '../engine/run-conformance.js'
import { suites } from '../suites/index.js'

/** Most verdicts take long, so they are part of the trial (`npm run test:trial`). */
export const isTrial = process.env['SEAWORTHY_TRIAL'] === 'all'

export interface Experiment {
  readonly manner: Manner
  readonly network: number
  readonly only: readonly RequirementId[]
  readonly workload?: 'deployment' | 'statefulset'
  readonly allow?: SafetyClass
  /** Before the run. */
  readonly prepare?: (cluster: FakeCluster) => void
  /** Called with every step of the scenario. */
  readonly onStep?: (message: string, cluster: FakeCluster) => void
  readonly change?: (service: ServiceDescriptor) => ServiceDescriptor
}

/** Real suites and the real engine on a fake cluster whose pods are real servers: what a service does decides, whoever runs it. One at a time. */
export class ClusterVerdicts {
  cluster!: FakeCluster
  #folder = ''
  #kind: 'deployments' | 'statefulsets' = 'deployments'

  /** A machine that is starved decides nothing: then it is measured again, in a cluster of its own. */
  async decided(experiment: Experiment): Promise<RunReport> {
    for (let tries = 1; ; tries++) {
      const report = await this.judge({ ...experiment, network: experiment.network + 10 * tries })
      if (tries === 4 || experiment.only.every((id) => outcomeOf(report, id)?.outcome !== 'inconclusive')) return report
      await this.close()
    }
  }

  async judge({ manner, network, only, workload = 'deployment', allow, prepare, onStep, change = (service) => service }: Experiment): Promise<RunReport> {
    const cluster = await startFakeCluster({ network, manner, workload, drainMs: 400 })
    this.cluster = cluster
    vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
    prepare?.(cluster)
    this.#kind = `${workload}s`
    this.#folder = mkdtempSync(join(tmpdir(), 'sw-verdict-'))
    const service = change((await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service)
    mkdirSync(join(this.#folder, 'run'))
    return runConformance({
      service,
      descriptorPath: '/fake.yaml',
      driver: kubernetesDriver,
      suites,
      profile: 'quick',
      allow: allow ?? (service.target.disposable ? 'destructive' : 'disruptive'),
      only: new Set(only),
      requiredLevel: null,
      parallel: 2,
      randomSeed: 1,
      runId: `verdict-${network}`,
      runDirectory: join(this.#folder, 'run'),
      workDirectory: join(this.#folder, 'work'),
      sharedDirectory: join(this.#folder, 'shared'),
      journal: { record: () => 1, done: () => {} },
      environment: {},
      version: '0.0.0',
      reproduceWith: '',
      signal: new AbortController().signal,
      emit: (event) => (event.type === 'step' ? onStep?.(event.message, cluster) : undefined),
      judge: async (recorded) => judgeRecorded(recorded, suites),
    })
  }

  annotations(): unknown {
    return this.cluster.store.list<never>(this.#kind)[0]?.['metadata']['annotations']
  }

  async close(): Promise<void> {
    await this.cluster.close()
    rmSync(this.#folder, { recursive: true, force: true })
    vi.unstubAllEnvs()
  }
}

export const outcomeOf = (report: RunReport, id: RequirementId) => report.requirements.find((one) => one.id === id)
/** Annotations of the workload before any run. */
export const asItWas = { 'deployment.kubernetes.io/revision': '1' }
