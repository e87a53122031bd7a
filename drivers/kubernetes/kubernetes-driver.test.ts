import { spawn, spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import type { Pod, Workload } from './objects.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { ownerAnnotation, runAnnotation } from './claim.js'
import { cleanCluster } from './clean-cluster.js'
import { drainingNodes, startFakeCluster, type FakeCluster } from './fake-cluster/fake-cluster.test-support.js'
import { kubernetesDriver } from './kubernetes-driver.js'

let cluster: FakeCluster
let run: TestRun

beforeEach(async () => {
  cluster = await startFakeCluster({ network: 71 })
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
  run = testRun(kubernetesDriver)
})
afterEach(async () => {
  await run.end().catch(() => undefined)
  await cluster.close()
  vi.unstubAllEnvs()
})

const surveyed = async () => (await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service
const deploy = async (name?: string): Promise<Deployment> => run.deploy(await surveyed(), name)
const stopTerms = { signal: 'SIGTERM', graceMs: 2_000 } as const
const annotations = (): Readonly<Record<string, string>> => cluster.store.get<Workload>('deployments', 'web')?.metadata.annotations ?? {}
const changes = (): string[] => cluster.api.asked.filter((asked) => !asked.startsWith('GET') && !asked.includes('selfsubjectaccessreviews'))

describe('before anything is touched', () => {
  test('replicas, grace period and rhythm of the probes are read in the cluster', async () => {
    expect(await surveyed()).toMatchObject({
      target: { replicas: { count: 3 } },
      lifecycle: { stop: { graceMs: 2_000 } },
      balancer: { intervalMs: 1_000, timeoutMs: 1_000, fall: 1, rise: 1 },
    })
    expect(changes()).toEqual([])
  })

  test('every missing permission is named, with the smallest Role, and nothing is touched', async () => {
    cluster.api.denied.add('delete pods').add('watch endpointslices')
    const answer = await kubernetesDriver.availability(cluster.service)
    expect(answer).toMatchObject({ available: false })
    const { reason } = answer as { readonly reason: string }
    expect(reason).toContain('delete pods; watch endpointslices.discovery.k8s.io')
    expect(reason).toContain('kind: Role')
    expect(reason).toContain("{ apiGroups: [''], resources: [pods], verbs: [list, watch, delete, patch] }")
    expect(changes()).toEqual([])
  })

  test('about nodes are named with a ClusterRole where one is missing, and nothing is touched', async () => {
    cluster.api.denied.add('patch nodes')
    const { reason } = (await kubernetesDriver.availability(drainingNodes(cluster.service))) as { readonly reason: string }
    expect(reason).toContain('not allowed to patch nodes of the cluster. Nothing was touched')
    expect(reason).toMatch(/kind: Role\n[^]*\n---\n[^]*kind: ClusterRole\nmetadata: \{ name: seaworthy-nodes \}\nrules:\n {2}- \{ apiGroups: \[''\], resources: \[nodes\], verbs: \[get, list, patch\] \}$/)
    expect(changes()).toEqual([])
  })

  test('about nodes are not asked for where no node is to be drained', async () => {
    for (const verb of ['get', 'list', 'patch']) cluster.api.denied.add(`${verb} nodes`)
    expect(await kubernetesDriver.availability(cluster.service)).toEqual({ available: true })
    const deployment = await run.deploy(cluster.service)
    await deployment.controls.signal!('replica-0', 'SIGTERM')
    await deployment.controls.start!('replica-0')
    await deployment[Symbol.asyncDispose]()
    expect(cluster.api.asked.filter((asked) => asked.includes('/nodes'))).toEqual([])
  })

  test('a way in at which nobody listens is refused, and a port-forward is not offered for it', async () => {
    const { cluster: target } = cluster.service.target
    const service = { ...cluster.service, target: { ...cluster.service.target, cluster: { ...target!, url: new URL('http://127.0.71.250:9') } } }
    expect(await kubernetesDriver.availability(service)).toMatchObject({ available: false, reason: expect.stringContaining('nothing accepts connections at http://127.0.71.250:9/') })
  })

  test('what a cluster makes impossible has its reason', () => {
    expect(kubernetesDriver.offers(cluster.service).has('lifecycle.crash')).toBe(false)
    expect(kubernetesDriver.whyNot?.('lifecycle.crash', cluster.service)).toContain('tests its controller')
    expect(kubernetesDriver.whyNot?.('lifecycle.hold', cluster.service)).toContain('cannot be kept down')
  })
})

describe('stopping and starting', () => {
  test('a stop is the deletion of the pod, a start takes its replacement into its place', async () => {
    const deployment = await deploy()
    const before = deployment.instances[0]!.url.href
    const result = await deployment.controls.stop!('replica-0', stopTerms)
    expect(result).toMatchObject({ exitCode: 0, killed: false, survivors: [] })
    expect((await deployment.balancerCounters()).byBackend['replica-0']?.up).toBe(false)
    await deployment.controls.start!('replica-0')
    expect(deployment.instances[0]!.url.href).not.toBe(before)
    await expect.poll(async () => (await deployment.balancerCounters()).byBackend['replica-0']?.up, within).toBe(true)
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
  })

  test('one that does not hear the signal is killed by the kubelet after its grace period, and that is said', async () => {
    await cluster.close()
    cluster = await startFakeCluster({ network: 72, manner: 'deaf' })
    vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
    const deployment = await deploy()
    expect(await deployment.controls.stop!('replica-1', stopTerms)).toMatchObject({ exitCode: 137, killed: true })
  })

  test('a kill gives no grace, and another pod takes the place by itself', async () => {
    const deployment = await deploy()
    const before = await deployment.controls.processState!('replica-2')
    const [struck] = await deployment.controls.kill!(['replica-2'])
    expect(struck).toEqual({ target: 'replica-2', pid: before.pid })
    await expect.poll(() => deployment.controls.hasEnded!('replica-2', before.pid!), within).toBe(true)
    await expect.poll(async () => (await deployment.controls.processState!('replica-2')).pid, within).not.toBe(before.pid)
  })
})

describe('the stop signal alone, which stands for a drain', () => {
  const did = (what: RegExp): number => cluster.api.asked.filter((asked) => what.test(asked)).length

  test('is an eviction where there is a disruption budget, asked for again while that does not allow it', async () => {
    const deployment = await deploy()
    const { pid } = await deployment.controls.processState!('replica-0')
    cluster.mayEvict = false
    setTimeout(() => (cluster.mayEvict = true), 700)
    await deployment.controls.signal!('replica-0', 'SIGTERM')
    await expect.poll(() => deployment.controls.hasEnded!('replica-0', pid!), within).toBe(true)
    expect(did(/^POST .*\/eviction$/)).toBeGreaterThan(1)
    expect(did(/^DELETE/)).toBe(0)
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
  })

  test('is a deletion where there is none', async () => {
    cluster.store.remove('poddisruptionbudgets', 'web')
    const deployment = await deploy()
    await deployment.controls.signal!('replica-0', 'SIGTERM')
    expect(did(/^POST .*\/eviction$/)).toBe(0)
    expect(did(/^DELETE/)).toBe(1)
  })

  test('is followed by a start that takes the replacement, and not the pod that is to go', async () => {
    const deployment = await deploy()
    const before = deployment.instances[0]!.url.href
    await deployment.controls.signal!('replica-0', 'SIGTERM')
    await deployment.controls.start!('replica-0')
    expect(deployment.instances[0]!.url.href).not.toBe(before)
  })

  test('is given up with the name of a budget that never allows it, and the pod is then nobody\'s doing of this run', async () => {
    const service = await surveyed()
    const deployment = await run.deploy({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 1_000 } })
    cluster.mayEvict = false
    await expect(deployment.controls.signal!('replica-0', 'SIGTERM')).rejects.toMatchObject({ code: 'SW_CLUSTER_BUDGET', message: expect.stringMatching(/the disruption budget web did not allow it within 1 s.*429 TooManyRequests/) })
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
    const held = cluster.store.list('pods').find(({ metadata }) => cluster.api.asked.some((asked) => asked.endsWith(`/${metadata.name}/eviction`)))
    cluster.controllers.terminate(held!.metadata.name, 2)
    await expect.poll(() => String(run.eventsOf('cluster-lost', 'cluster')[0]?.detail['reason'] ?? ''), within).toContain('somebody else deleted the pod')
  })
})

describe('what is changed is put back', () => {
  test('the workload is annotated with the run while it is measured, and as it was afterwards', async () => {
    const before = annotations()
    const deployment = await deploy()
    expect(annotations()[runAnnotation]).toBe(run.runId)
    expect([...run.journaled.values()]).toMatchObject([{ kind: 'program' }])
    await deployment[Symbol.asyncDispose]()
    expect(annotations()).toEqual(before)
    expect(run.journaled.size).toBe(0)
  })

  test('a pod that was drained and not brought back is replaced', async () => {
    const deployment = await deploy()
    const drained = deployment.instances[1]!.url
    await fetch(new URL('/drain', drained), { method: 'POST' })
    await deployment[Symbol.asyncDispose]()
    await expect.poll(() => cluster.store.list<Pod>('pods').filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.podIP === drained.hostname), within).toEqual([])
    await expect.poll(() => cluster.store.get<Workload>('deployments', 'web')?.status?.readyReplicas, within).toBe(3)
  })

  test('a second run is refused while the first has it', async () => {
    await deploy()
    const second = testRun(kubernetesDriver)
    await expect(second.deploy(await surveyed())).rejects.toMatchObject({ code: 'SW_CLUSTER_CLAIMED' })
    await second.end()
    expect(annotations()[runAnnotation]).toBe(run.runId)
  })

  test('the program in the journal takes the annotations off after the harness died', async () => {
    await deploy()
    const [entry] = [...run.journaled.values()]
    if (entry?.kind !== 'program') throw new Error('expected a program in the journal')
    expect(entry.path).toBe(ownProgram(import.meta.url, 'release-run'))
    const order = JSON.parse(entry.parameters[0] ?? '') as unknown
    expect(order).toMatchObject({ runId: run.runId, files: [cluster.kubeconfig], target: { namespace: 'default' } })
    // As the reaper starts it: nothing of this process' environment.
    const child = spawn(process.execPath, [entry.path, ...entry.parameters], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    expect(annotations()[runAnnotation]).toBeUndefined()
  }, 90_000)

  test('an order that is none changes nothing and is no success', () => {
    expect(spawnSync(process.execPath, [ownProgram(import.meta.url, 'release-run'), '{}']).status).toBe(1)
  })
})

describe('what the cluster does of its own accord ends what can be judged', () => {
  const lostReason = (): string => String(run.eventsOf('cluster-lost', 'cluster')[0]?.detail['reason'] ?? '')

  test('an API server that goes and stays away', async () => {
    const deployment = await deploy()
    await cluster.api.stop()
    await expect.poll(lostReason, within).toContain('did not answer')
    await expect(deployment.balancerCounters()).rejects.toMatchObject({ code: 'SW_CLUSTER_UNREACHABLE' })
    await expect(deployment.controls.stop!('replica-0', stopTerms)).rejects.toMatchObject({ code: 'SW_CLUSTER_UNREACHABLE' })
    await cluster.api.start()
    await deployment[Symbol.asyncDispose]()
    expect(annotations()[runAnnotation]).toBeUndefined()
  })

  test('watches that break are taken up again, and nothing is lost for it', async () => {
    const deployment = await deploy()
    cluster.store.compact()
    cluster.api.cutConnections()
    await deployment.controls.stop!('replica-0', stopTerms)
    await deployment.controls.start!('replica-0')
    expect(lostReason()).toBe('')
  })

  test('a permission that is taken away in the middle', async () => {
    const deployment = await deploy()
    cluster.api.denied.add('delete pods')
    await expect(deployment.controls.stop!('replica-0', stopTerms)).rejects.toMatchObject({ code: 'SW_CLUSTER_REFUSED' })
    expect(lostReason()).toContain('403 Forbidden')
  })

  test('a pod that somebody else deletes', async () => {
    await deploy()
    cluster.controllers.terminate(cluster.store.list('pods')[0]!.metadata.name, 2)
    await expect.poll(lostReason, within).toContain('somebody else deleted the pod')
  })

  test('a node that is lost', async () => {
    await deploy()
    cluster.controllers.loseNode(cluster.store.list('pods')[0]!.metadata.name)
    await expect.poll(lostReason, within).toContain('the node sea1 of the pod')
  })

  test.each([
    ['bad-image', 'ImagePullBackOff'],
    ['no-node', 'Unschedulable'],
  ] as const)('a replacement that never runs (%s)', async (obstacle, found) => {
    const service = await surveyed()
    const deployment = await run.deploy({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 1_500 } })
    cluster.controllers.obstacle = obstacle
    await deployment.controls.stop!('replica-0', stopTerms)
    await expect(deployment.controls.start!('replica-0')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining(found) })
    expect(lostReason()).toContain(found)
  })
})

describe('clean', () => {
  const claimedBy = (owner: string): void =>
    void cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [runAnnotation]: 'dead-run', [ownerAnnotation]: owner } } }))
  const deadHere = JSON.stringify({ host: hostname(), pid: 2_147_483_000, startTime: '1' })

  test('what a dead run of this machine left is taken off', async () => {
    claimedBy(deadHere)
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'released', runId: 'dead-run' })
    expect(annotations()[runAnnotation]).toBeUndefined()
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'nothing' })
  })

  test.each([
    ['another machine', JSON.stringify({ host: 'elsewhere', pid: 1, startTime: '1' })],
    ['somebody whose name cannot be read', 'nonsense'],
  ])('what belongs to %s is taken off by force only', async (_, owner) => {
    claimedBy(owner)
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'kept', runId: 'dead-run' })
    expect(await cleanCluster(cluster.service, { force: true })).toMatchObject({ state: 'released' })
  })

  test('a run that lives is left alone', async () => {
    await deploy()
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'kept', runId: run.runId })
  })
})
