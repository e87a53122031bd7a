import { spawn } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import { testRun, type TestRun } from '../process/deployment.test-support.js'
import type { ApiClient, ApiRequest } from './api-client.js'
import { runAnnotation } from './claim.js'
import { webStatefulSet } from './fake-cluster/declared-objects.test-support.js'
import { startFakeCluster, type FakeCluster } from './fake-cluster/fake-cluster.test-support.js'
import { connect, kubernetesDriver } from './kubernetes-driver.js'
import { deleteLeftBehind } from './left-behind.js'
import type { Pod, Workload } from './objects.js'
import { putBackAndRelease } from './put-back.js'

/** Each takes seconds: `npm test` tries one of a kind, `npm run test:trial` all of them. */
const isTrial = process.env['SEAWORTHY_TRIAL'] === 'all'
let cluster: FakeCluster
let run: TestRun
beforeEach(async () => {
  run = testRun(kubernetesDriver)
  cluster = await startFakeCluster({ network: 159, workload: 'statefulset' })
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
})
afterEach(async () => {
  await run.end().catch(() => undefined)
  await cluster.close()
  vi.unstubAllEnvs()
})

const deploy = async (): Promise<Deployment> => run.deploy((await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service)
const workload = (): Workload => cluster.store.get<Workload>('statefulsets', 'web')!
const foundSpec = (): unknown => webStatefulSet(3).spec
const release = (name: string) => ({ name, changes: { env: { RELEASE: name } } })
const asFound = { name: 'as found', changes: {} }
const tenSeconds = { timeoutMs: 10_000 }
const versionsOf = (deployment: Deployment): Promise<readonly string[]> =>
  Promise.all(deployment.instances.map(async ({ url }) => ((await (await fetch(new URL('/version', url))).json()) as { readonly release: string }).release))
const uids = (): readonly string[] => cluster.store.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.uid)
const annotations = (): readonly string[] => Object.keys(workload().metadata.annotations ?? {}).filter((name) => name.startsWith('seaworthy.dev/'))

describe('a StatefulSet, whose controller waits for every pod', () => {
  const whole = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 }
  /** One pod of a release waits for a node; the next one that is made gets one. */
  const partWithoutNode = async (deployment: Deployment): Promise<void> => {
    cluster.controllers.obstacle = 'no-node'
    await expect(deployment.controls.rollOut!(release('never-ready'), { timeoutMs: 500, inPart: true })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    cluster.store.onChange(({ kind: changed, object }) => {
      if (changed === 'pods' && object.metadata.deletionTimestamp !== undefined) cluster.controllers.obstacle = undefined
    })
  }

  const comesBackAfter = (ms: number): void => {
    cluster.controllers.isThere = false
    setTimeout(() => {
      cluster.controllers.isThere = true
      cluster.controllers.reconcile()
    }, ms)
  }

  test.each(isTrial ? ['never-ready', 'crashing'] : ['never-ready'])('is rid of the pod of a part that is %s by the order that takes it back, and of none by a roll-out that is judged', async (name) => {
    const deployment = await deploy()
    const before = uids()
    expect(await deployment.controls.rollOut!(release(name), { timeoutMs: 700, inPart: true })).toMatchObject({ ok: false, reached: 1 })
    expect(await deployment.controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect([await versionsOf(deployment), workload().spec]).toEqual([['v1', 'v1', 'v1'], foundSpec()])
    expect(uids().filter((uid) => before.includes(uid))).toHaveLength(2)
    expect(await deployment.controls.rollOut!(release(name), { timeoutMs: 700 })).toMatchObject({ ok: false, reached: 1 })
    expect(await deployment.controls.rollOut!(asFound, { timeoutMs: 700 })).toMatchObject({ ok: false })
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
    await deployment[Symbol.asyncDispose]()
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
    expect(workload().status).toMatchObject(whole)
  })

  test('is whole again after a pod of a part that never had a container, also where its controller takes notice late', async () => {
    const deployment = await deploy()
    await partWithoutNode(deployment)
    comesBackAfter(1_000)
    await deployment[Symbol.asyncDispose]()
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
    expect(workload().status).toMatchObject(whole)
  })

  test.skipIf(!isTrial)('is so by the program in the journal too, which lets it go only then', async () => {
    const deployment = await deploy()
    await partWithoutNode(deployment)
    comesBackAfter(1_500)
    const [entry] = [...run.journaled.values()]
    if (entry?.kind !== 'program') throw new Error('expected a program in the journal')
    const child = spawn(process.execPath, [entry.path, ...entry.parameters], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    const states: unknown[] = []
    cluster.store.onChange(({ object }) => void (object.metadata.name === 'web' && annotations().length === 0 && states.push(workload().status?.updatedReplicas)))
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    expect([workload().spec, annotations(), states[0]]).toEqual([foundSpec(), [], 3])
  }, 90_000)
})

test('a StatefulSet whose controller takes no notice is kept, and let go by whoever comes when it does', async () => {
  const deployment = await deploy()
  await deployment.controls.rollOut!(release('never-ready'), { timeoutMs: 300, inPart: true })
  const order = { runId: workload().metadata.annotations?.[runAnnotation] ?? '', readinessPath: '/ready', backWithinMs: 500 }
  const api = await connect(cluster.service.target.cluster!)
  cluster.controllers.isThere = false
  await expect(putBackAndRelease(api, cluster.service.target.cluster!, order)).rejects.toMatchObject({ code: 'SW_NOT_RESTORED', message: expect.stringContaining('had not taken notice') })
  expect([workload().spec, annotations()]).toEqual([foundSpec(), expect.arrayContaining([runAnnotation])])
  cluster.controllers.isThere = true
  cluster.controllers.reconcile()
  expect(await putBackAndRelease(api, cluster.service.target.cluster!, { ...order, backWithinMs: 10_000 })).toBe(true)
  expect([workload().status, annotations()]).toMatchObject([{ updatedReplicas: 3, readyReplicas: 3 }, []])
  await api.close()
})

describe('what a StatefulSet waits for in vain', () => {
  const metadataOf = (name: string, revision: string) => ({ name, uid: `uid of ${name}`, resourceVersion: '1', labels: { 'controller-revision-hash': revision }, ownerReferences: [{ kind: name === 'agent-0' ? 'DaemonSet' : 'StatefulSet', name: 'web', controller: true }] })
  const pod = (name: string, revision: string, ready: boolean, containerStatuses: Pod['status']['containerStatuses'] = []): Pod => ({ metadata: metadataOf(name, revision), spec: {}, status: { containerStatuses, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } })
  const waiting = (reason: string): Pod['status']['containerStatuses'] => [{ name: 'web', ready: false, restartCount: 0, state: { waiting: { reason } } }]
  const pods = [pod('agent-0', 'of its own', false), pod('web-0', 'now', false), pod('web-1', 'before', true), pod('web-2', 'before', false), pod('web-3', 'before', false, waiting('ContainerCreating')), pod('web-4', 'before', false, waiting('CrashLoopBackOff'))]
  const at = (observedGeneration: number): Workload => ({ ...webStatefulSet(5), metadata: { ...webStatefulSet(5).metadata, generation: 3 }, status: { observedGeneration, updateRevision: 'now' } })
  async function deletedOf(one: Workload, kind: 'statefulset' | 'deployment' = 'statefulset'): Promise<{ readonly knows: boolean; readonly deleted: readonly unknown[] }> {
    const deleted: unknown[] = []
    const api = { request: async ({ path, body }: ApiRequest) => void deleted.push([path.split('/').at(-1), body]) } as unknown as ApiClient
    const knows = await deleteLeftBehind(api, { ...cluster.service.target.cluster!, workload: { kind, name: 'web' } }, one, () => pods)
    return { knows, deleted }
  }
  const deletion = (name: string): unknown => [name, { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: `uid of ${name}` } }]

  test('is deleted, whatever its containers say: each pod of another release that is not ready', async () => {
    expect(await deletedOf(at(3))).toEqual({ knows: true, deleted: ['web-2', 'web-3', 'web-4'].map(deletion) })
  })
  test('stays until its controller knows what the workload is to be', async () => {
    expect(await deletedOf(at(2))).toEqual({ knows: false, deleted: [] })
  })
  test.each([{ type: 'OnDelete' }, { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }])('stays where it is as somebody wants it: %j', async (updateStrategy) => {
    const one = at(3)
    expect(await deletedOf({ ...one, spec: { ...one.spec, updateStrategy } })).toEqual({ knows: true, deleted: [] })
  })
  test('is the business of the controller of a Deployment', async () => {
    expect(await deletedOf(at(3), 'deployment')).toEqual({ knows: true, deleted: [] })
  })
})
