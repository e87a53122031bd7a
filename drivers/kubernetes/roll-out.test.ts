import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import { testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { ownerAnnotation } from './claim.js'
import { cleanCluster } from './clean-cluster.js'
import { startFakeCluster, type FakeCluster } from './fake-cluster/fake-cluster.test-support.js'
import { kubernetesDriver } from './kubernetes-driver.js'
import type { Pod, Workload } from './objects.js'
import { rollOutAnnotation } from './release-template.js'

let cluster: FakeCluster
let run: TestRun

beforeEach(async () => {
  cluster = await startFakeCluster({ network: 81 })
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
  run = testRun(kubernetesDriver)
})
afterEach(async () => {
  await run.end().catch(() => undefined)
  await cluster.close()
  vi.unstubAllEnvs()
})

const deploy = async (): Promise<Deployment> => run.deploy((await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service)
const annotations = (): Readonly<Record<string, string>> => cluster.store.get<Workload>('deployments', 'web')?.metadata.annotations ?? {}

describe('a roll-out', () => {
  const release = (name: string) => ({ name, changes: { env: { RELEASE: name } } })
  const containers = (): unknown => cluster.store.get<Workload>('deployments', 'web')!.spec.template.spec.containers
  const releases = (): readonly unknown[] => cluster.store.get<Workload>('deployments', 'web')!.spec.template.spec.containers.map(({ env }) => env)
  const versionAt = async (url: URL): Promise<unknown> => ((await (await fetch(new URL('/version', url))).json()) as { readonly release: string }).release
  const tenSeconds = { timeoutMs: 10_000 }

  test('is the one of the controller, and over when every place has a pod of the release that gets requests', async () => {
    const deployment = await deploy()
    const before = deployment.instances.map(({ url }) => url.href)
    expect(await deployment.controls.rollOut!(release('v2'), tenSeconds)).toEqual({ ok: true, reached: 3, displaced: 3 })
    expect(await Promise.all(deployment.instances.map(({ url }) => versionAt(url)))).toEqual(['v2', 'v2', 'v2'])
    expect(deployment.instances.map(({ url }) => url.href).filter((url) => before.includes(url))).toEqual([])
    expect(Object.values((await deployment.balancerCounters()).byBackend).map(({ up }) => up)).toEqual([true, true, true])
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
  })

  test('that its controller gives up is told with its reason, reached one replica, and can be taken back', async () => {
    cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, spec: { ...one.spec, progressDeadlineSeconds: 1 } }))
    const deployment = await deploy()
    const before = deployment.instances.map(({ url }) => url.href)
    expect(await deployment.controls.rollOut!(release('never-ready'), tenSeconds)).toEqual({ ok: false, reached: 1, displaced: 0, error: expect.stringMatching(/^ProgressDeadlineExceeded: .*timed out progressing/) })
    expect(deployment.instances.map(({ url }) => url.href)).toEqual(before)
    expect(await deployment.controls.rollOut!(release('v1'), tenSeconds)).toMatchObject({ ok: true })
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
  })

  test('of pods that crash names them; one that its controller never gives up ends with its time', async () => {
    const deployment = await deploy()
    const end = await deployment.controls.rollOut!(release('crashing'), { timeoutMs: 700 })
    expect(end).toMatchObject({ ok: false, reached: 1, error: expect.stringMatching(/neither over nor given up.*within 1 s.*waits: CrashLoopBackOff/) })
  })

  test('is put back with the deployment: the containers as they were, and every pod of them', async () => {
    const found = releases()
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    expect(releases()).toEqual([[{ name: 'RELEASE', value: 'v2' }]])
    await deployment[Symbol.asyncDispose]()
    expect(releases()).toEqual(found)
    expect(Object.keys(annotations()).filter((name) => name.startsWith('seaworthy.dev/'))).toEqual([])
    const addresses = cluster.store.list<Pod>('pods').flatMap(({ metadata, status }) => (metadata.deletionTimestamp === undefined ? [new URL(`http://${status.podIP}:${deployment.instances[0]!.url.port}`)] : []))
    expect(await Promise.all(addresses.map(versionAt))).toEqual(['v1', 'v1', 'v1'])
  })

  test('is put back by the program in the journal after the harness died in it', async () => {
    const found = releases()
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('never-ready'), { timeoutMs: 300 })
    const [entry] = [...run.journaled.values()]
    if (entry?.kind !== 'program') throw new Error('expected a program in the journal')
    const child = spawn(process.execPath, [entry.path, ...entry.parameters], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    expect(releases()).toEqual(found)
    expect(annotations()[rollOutAnnotation]).toBeUndefined()
    await expect.poll(() => cluster.store.get<Workload>('deployments', 'web')?.status, within).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3 })
  }, 90_000)

  test('is put back by clean, for a run that is dead', async () => {
    const found = releases()
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [ownerAnnotation]: JSON.stringify({ host: hostname(), pid: 2_147_483_000, startTime: '1' }) } } }))
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'released' })
    expect(releases()).toEqual(found)
    expect(annotations()[rollOutAnnotation]).toBeUndefined()
  })

  test('to a workload whose pods nobody replaces is refused, and nothing is changed', async () => {
    cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, spec: { ...one.spec, updateStrategy: { type: 'OnDelete' } } }))
    const found = releases()
    const deployment = await deploy()
    await expect(deployment.controls.rollOut!(release('v2'), tenSeconds)).rejects.toMatchObject({ code: 'SW_CLUSTER_TARGET', message: expect.stringContaining('OnDelete') })
    expect(releases()).toEqual(found)
  })

  test.each([
    ['bad-image', /whose image cannot be had: ImagePullBackOff/],
    ['no-node', /which has no node/],
  ] as const)('whose pods cannot be there at all (%s) was not made, and says nothing of the release', async (obstacle, found) => {
    const deployment = await deploy()
    cluster.controllers.obstacle = obstacle
    await expect(deployment.controls.rollOut!(release('v2'), { timeoutMs: 500 })).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringMatching(found) })
  })

  test('of a workload that somebody else changes meanwhile ends what can be judged, and their release stays', async () => {
    const deployment = await deploy()
    const end = deployment.controls.rollOut!(release('never-ready'), tenSeconds)
    await expect.poll(releases, within).toEqual([[{ name: 'RELEASE', value: 'never-ready' }]])
    cluster.store.change<Workload>('deployments', 'web', (one) => {
      const { containers } = one.spec.template.spec
      return { ...one, metadata: { ...one.metadata, generation: (one.metadata.generation ?? 0) + 1 }, spec: { ...one.spec, template: { spec: { ...one.spec.template.spec, containers: containers.map((container) => ({ ...container, env: [{ name: 'RELEASE', value: 'v5' }] })) } } } }
    })
    cluster.controllers.reconcile()
    await expect(end).rejects.toMatchObject({ code: 'SW_CLUSTER_UNREACHABLE', message: expect.stringContaining('somebody changed deployment/web') })
    await expect(deployment[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'SW_NOT_RESTORED', message: expect.stringContaining('another release than this run gave it') })
    expect(releases()).toEqual([[{ name: 'RELEASE', value: 'v5' }]])
    expect(annotations()[rollOutAnnotation]).toBeUndefined()
  })

  test('to what the workload is already is not made, and nothing is changed', async () => {
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    const { generation } = cluster.store.get<Workload>('deployments', 'web')!.metadata
    await expect(deployment.controls.rollOut!(release('v2'), tenSeconds)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('is what it is to become already') })
    expect(cluster.store.get<Workload>('deployments', 'web')!.metadata.generation).toBe(generation)
  })

  test('of what the API server stores in another form is ours all the same', async () => {
    const found = releases()
    const deployment = await deploy()
    // It leaves an empty value out, and a webhook makes a digest of a tag.
    cluster.api.admit = (workload) => ({ ...workload, spec: { ...workload.spec, template: { spec: { ...workload.spec.template.spec, containers: workload.spec.template.spec.containers.map((one) => ({ ...one, image: one.image === 'web:2' ? 'web@sha256:2' : one.image, ...(one.env === undefined ? {} : { env: one.env.map(({ name, value }) => (value === '' ? { name } : { name, value: value! })) }) })) } } } })
    expect(await deployment.controls.rollOut!({ name: 'v2', image: 'web:2', changes: { env: { RELEASE: 'v2', EMPTY: '' } } }, tenSeconds)).toMatchObject({ ok: true })
    expect(JSON.stringify(containers())).toContain('web@sha256:2')
    await deployment[Symbol.asyncDispose]()
    expect(releases()).toEqual(found)
    expect(JSON.stringify(containers())).not.toContain('web@sha256:2')
  })

  test('takes for found what is there, whatever another run has left written down', async () => {
    const found = releases()
    const left = JSON.stringify({ run: 'another', found: [{ name: 'web', image: 'old' }], given: [{ name: 'web', image: 'older' }] })
    cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [rollOutAnnotation]: left } } }))
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    await deployment[Symbol.asyncDispose]()
    expect(releases()).toEqual(found)
  })

  test('is followed past pods that have ended and that nobody removed', async () => {
    const deployment = await deploy()
    const [pod] = cluster.store.list<Pod>('pods')
    cluster.store.put<Pod>('pods', { ...pod!, metadata: { ...pod!.metadata, name: 'web-evicted', uid: 'evicted', deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Failed', reason: 'Evicted' } })
    expect(await deployment.controls.rollOut!(release('v2'), tenSeconds)).toMatchObject({ ok: true })
  })

  test('is not tried with bad releases on a StatefulSet, which never gives one up', () => {
    const { cluster: target } = cluster.service.target
    const stateful = { ...cluster.service, target: { ...cluster.service.target, cluster: { ...target!, workload: { kind: 'statefulset', name: 'web' } as const } } }
    expect(kubernetesDriver.whyNot?.('lifecycle.upgrade.bad', stateful)).toContain('never gives a roll-out up')
    expect(kubernetesDriver.whyNot?.('lifecycle.upgrade.bad', cluster.service)).toBeUndefined()
  })

  test('meets a pod that somebody else deletes afterwards as ever', async () => {
    const deployment = await deploy()
    await deployment.controls.rollOut!(release('v2'), tenSeconds)
    cluster.controllers.terminate(cluster.store.list<Pod>('pods').find(({ metadata }) => metadata.deletionTimestamp === undefined)!.metadata.name, 2)
    await expect.poll(() => String(run.eventsOf('cluster-lost', 'cluster')[0]?.detail['reason'] ?? ''), within).toContain('somebody else deleted the pod')
  })
})
