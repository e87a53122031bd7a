import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import { testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { ownerAnnotation } from './claim.js'
import { cleanCluster } from './clean-cluster.js'
import { startFakeCluster, type FakeCluster } from './fake-cluster/fake-cluster.test-support.js'
import { metadataOf } from './fake-cluster/stored-objects.test-support.js'
import { kubernetesDriver } from './kubernetes-driver.js'
import type { Autoscaler, Pod, Workload } from './objects.js'
import { orderOneLess, orderOneMore, scaleAnnotation } from './replica-count.js'

let cluster: FakeCluster
let run: TestRun

beforeEach(async () => {
  cluster = await startFakeCluster({ network: 201 })
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
  run = testRun(kubernetesDriver)
})
afterEach(async () => {
  await run.end().catch(() => undefined)
  await cluster.close()
  vi.unstubAllEnvs()
})

const observed = async () => (await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service
const deploy = async (): Promise<Deployment> => run.deploy(await observed())
const web = (): Workload => cluster.store.get<Workload>('deployments', 'web')!
const annotation = (): string | undefined => web().metadata.annotations?.[scaleAnnotation]
const change = (by: (workload: Workload) => Workload): void => void cluster.store.change<Workload>('deployments', 'web', by)
const livePods = (): readonly Pod[] => cluster.store.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined)
const stopTerms = { signal: 'SIGTERM', graceMs: 2_000 } as const
const lostReason = (): string => String(run.eventsOf('cluster-lost', 'cluster')[0]?.detail['reason'] ?? '')

describe('a replica that is added and removed', () => {
  test('has a place and an address like the others, gets requests, and is the one that goes again', async () => {
    const deployment = await deploy()
    const before = deployment.instances.map(({ url }) => url.href)
    const added = await deployment.controls.addInstance!({})
    expect(added.id).toBe('replica-3')
    expect(deployment.instances.map(({ id }) => id)).toEqual(['replica-0', 'replica-1', 'replica-2', 'replica-3'])
    expect(JSON.parse(annotation()!)).toEqual({ run: run.runId, found: 3, given: 4 })
    await expect.poll(async () => (await deployment.balancerCounters()).byBackend['replica-3']?.up, within).toBe(true)
    expect((await fetch(new URL('/ready', added.url))).status).toBe(200)
    const { pid } = await deployment.controls.processState!('replica-3')
    expect(pid).not.toBeNull()

    expect(await deployment.controls.removeInstance!('replica-3', stopTerms)).toMatchObject({ exitCode: 0, killed: false })
    expect(deployment.instances.map(({ url }) => url.href)).toEqual(before)
    expect(Object.keys((await deployment.balancerCounters()).byBackend)).toEqual(['replica-0', 'replica-1', 'replica-2'])
    expect([web().spec.replicas, annotation()]).toEqual([3, undefined])
    expect((await deployment.controls.addInstance!({})).id).toBe('replica-4')
    expect(lostReason()).toBe('')
  })

  test('is chosen also where another one is newer', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    await deployment.controls.stop!('replica-0', stopTerms)
    await deployment.controls.start!('replica-0')
    await expect.poll(async () => (await deployment.balancerCounters()).byBackend['replica-0']?.up, within).toBe(true)
    await deployment.controls.removeInstance!('replica-3', stopTerms)
    await expect.poll(async () => Object.values((await deployment.balancerCounters()).byBackend).map(({ up }) => up), within).toEqual([true, true, true])
    expect(lostReason()).toBe('')
  })

  test('of a stateful set is the one with the highest number, and needs no mark', async () => {
    await cluster.close()
    cluster = await startFakeCluster({ network: 202, workload: 'statefulset' })
    vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
    cluster.api.denied.add('patch pods')
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    expect(livePods().map(({ metadata }) => metadata.name)).toContain('web-3')
    expect(await deployment.controls.removeInstance!('replica-3', stopTerms)).toMatchObject({ exitCode: 0 })
    expect(livePods().map(({ metadata }) => metadata.name)).toEqual(['web-0', 'web-1', 'web-2'])
    expect(lostReason()).toBe('')
  })

  test('cannot have settings of its own, is one at a time, and no other one is removed', async () => {
    const deployment = await deploy()
    await expect(deployment.controls.addInstance!({ changes: { env: { A: '1' } } })).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('other settings for it alone') })
    expect(web().spec.replicas).toBe(3)
    await deployment.controls.addInstance!({})
    await expect(deployment.controls.addInstance!({})).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('has one that this run added') })
    await expect(deployment.controls.removeInstance!('replica-1', stopTerms)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('did not add') })
    expect(web().spec.replicas).toBe(4)
  })

  test('is not tried under an autoscaler that came to be after the run was planned', async () => {
    const service = await observed()
    cluster.store.put<Autoscaler>('horizontalpodautoscalers', { metadata: metadataOf('late'), spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' } } })
    const deployment = await run.deploy(service)
    await expect(deployment.controls.addInstance!({})).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('the HorizontalPodAutoscaler late decides') })
    expect([web().spec.replicas, annotation()]).toEqual([3, undefined])
  })

  test('is not removed while another one is not ready, which its controller would take', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    await expect.poll(async () => (await deployment.balancerCounters()).byBackend['replica-3']?.up, within).toBe(true)
    await fetch(new URL('/drain', deployment.instances[1]!.url), { method: 'POST' })
    await expect.poll(async () => (await deployment.balancerCounters()).byBackend['replica-1']?.up, within).toBe(false)
    await expect(deployment.controls.removeInstance!('replica-3', stopTerms)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringMatching(/which is not ready, so that deployment\/web would not take \S+ away now/) })
    expect([web().spec.replicas, lostReason()]).toEqual([4, ''])
  })

  test.each([
    ['bad-image', /whose image cannot be had: ImagePullBackOff/],
    ['no-node', /which has no node/],
  ] as const)('that cannot be there at all (%s) was not added, and the others are as before', async (obstacle, found) => {
    const service = await observed()
    const deployment = await run.deploy({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 1_000 } })
    cluster.controllers.obstacle = obstacle
    await expect(deployment.controls.addInstance!({})).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringMatching(found) })
    expect([web().spec.replicas, annotation(), deployment.instances.length]).toEqual([3, undefined, 3])
    await expect.poll(() => livePods().length, within).toBe(3)
    expect(lostReason()).toBe('')
  })

  test('in whose place the controller takes another pod ends what can be judged', async () => {
    cluster.controllers.surplus = (live) => live[0]
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    await expect(deployment.controls.removeInstance!('replica-3', stopTerms)).rejects.toMatchObject({ code: 'SW_CLUSTER_UNREACHABLE' })
    expect(lostReason()).toMatch(/somebody else deleted the pod .*, or the controller took it instead of .* when deployment\/web was scaled in/)
  })

  test('of which the controller may not be told is not removed, and nothing is ordered', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    cluster.api.denied.add('patch pods')
    await expect(deployment.controls.removeInstance!('replica-3', stopTerms)).rejects.toMatchObject({ code: 'SW_CLUSTER_REFUSED' })
    expect(web().spec.replicas).toBe(4)
  })
})

describe('a replica that was added and not removed is taken back', () => {
  test('with the deployment', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    await deployment[Symbol.asyncDispose]()
    expect([web().spec.replicas, web().status?.readyReplicas]).toEqual([3, 3])
    expect(Object.keys(web().metadata.annotations ?? {}).filter((name) => name.startsWith('seaworthy.dev/'))).toEqual([])
  })

  test('by the program in the journal after the harness died', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    const [entry] = [...run.journaled.values()]
    if (entry?.kind !== 'program') throw new Error('expected a program in the journal')
    const child = spawn(process.execPath, [entry.path, ...entry.parameters], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    expect([web().spec.replicas, annotation()]).toEqual([3, undefined])
  }, 90_000)

  test('by clean, for a run that is dead', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    change((one) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [ownerAnnotation]: JSON.stringify({ host: hostname(), pid: 2_147_483_000, startTime: '1' }) } } }))
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'released' })
    expect([web().spec.replicas, annotation()]).toEqual([3, undefined])
  })

  test('but a number that somebody else gave stays, and is told', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    change((one) => ({ ...one, metadata: { ...one.metadata, generation: (one.metadata.generation ?? 0) + 1 }, spec: { ...one.spec, replicas: 5 } }))
    await expect(deployment.controls.removeInstance!('replica-3', stopTerms)).rejects.toMatchObject({ code: 'SW_CLUSTER_UNREACHABLE', message: expect.stringContaining('somebody changed deployment/web') })
    await expect(deployment[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'SW_NOT_RESTORED', message: expect.stringContaining('another number of replicas than this run gave it') })
    expect([web().spec.replicas, annotation()]).toEqual([5, undefined])
  })

  test('and what another run has left written down says nothing of what this one found', async () => {
    change((one) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [scaleAnnotation]: JSON.stringify({ run: 'another', found: 1, given: 3 }) } } }))
    const deployment = await deploy()
    await deployment[Symbol.asyncDispose]()
    expect([web().spec.replicas, annotation()]).toEqual([3, undefined])
  })
})

test('an order whose answer was lost is recognised, and not given again', async () => {
  const target = cluster.service.target.cluster!
  let workload = { metadata: metadataOf('web', { generation: 1, annotations: {} }), spec: { replicas: 3 } } as unknown as Workload
  let patches = 0
  const request = async ({ method, body }: { readonly method?: string; readonly body?: { readonly metadata: { readonly annotations: Readonly<Record<string, string | null>> }; readonly spec: { readonly replicas: number } } }): Promise<unknown> => {
    if (method !== 'PATCH' || body === undefined) return workload
    patches += 1
    const annotations = Object.fromEntries(Object.entries(body.metadata.annotations).filter((one): one is [string, string] => one[1] !== null))
    workload = { ...workload, metadata: { ...workload.metadata, annotations }, spec: { ...workload.spec, replicas: body.spec.replicas } }
    throw new ClusterRefusal('adding a replica', { status: 409, reason: 'Conflict', message: 'the object has been modified', causes: [] })
  }
  const api = { request } as unknown as ApiClient
  const order = { runId: 'run', look: () => undefined }
  expect((await orderOneMore(api, target, order)).spec.replicas).toBe(4)
  expect((await orderOneLess(api, target, 'removing it', order)).spec.replicas).toBe(3)
  expect(patches).toBe(2)
})

describe('whether scaling can be part of a run', () => {
  const autoscaler = (kind: string, name: string): void => void cluster.store.put<Autoscaler>('horizontalpodautoscalers', { metadata: metadataOf('scaler'), spec: { scaleTargetRef: { kind, name } } })
  const offers = async (): Promise<boolean> => kubernetesDriver.offers(await observed()).has('topology.scale')

  test('it is offered, unless an autoscaler of this workload decides', async () => {
    autoscaler('Deployment', 'other')
    expect(await offers()).toBe(true)
    autoscaler('Deployment', 'web')
    expect(await offers()).toBe(false)
    expect(kubernetesDriver.whyNot?.('topology.scale', await observed())).toContain('the HorizontalPodAutoscaler scaler decides how many replicas deployment/web has')
  })

  test('autoscalers that may not be listed refuse no run, and that is told', async () => {
    cluster.api.denied.add('list horizontalpodautoscalers')
    expect(await kubernetesDriver.availability(cluster.service)).toEqual({ available: true })
    expect(await offers()).toBe(true)
    await deploy()
    expect(run.events.find(({ name }) => name === 'cluster-surveyed')?.detail).toMatchObject({ scaling: { autoscalersListed: false } })
  })

  test('a run that could scale is refused where pods may not be marked; one that does not is not', async () => {
    cluster.api.denied.add('patch pods')
    expect(await kubernetesDriver.availability(cluster.service)).toMatchObject({ available: false, reason: expect.stringMatching(/not allowed to patch pods\. Nothing was touched[^]*horizontalpodautoscalers/) })
    const { identity: _, ...nameless } = cluster.service
    expect(await kubernetesDriver.availability(nameless)).toEqual({ available: true })
    autoscaler('Deployment', 'web')
    expect(await kubernetesDriver.availability(cluster.service)).toEqual({ available: true })
  })

  test.each([
    ['Retain', false],
    ['Delete', true],
  ])('of a workload whose volume claims are kept for later (%s)', async (whenScaled, offered) => {
    change((one) => ({ ...one, spec: { ...one.spec, volumeClaimTemplates: [{}], persistentVolumeClaimRetentionPolicy: { whenScaled } } }))
    expect(await offers()).toBe(offered)
  })
})
