import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import { testRun, within, type TestRun } from '../process/deployment.test-support.js'
import { ownerAnnotation } from './claim.js'
import { cleanCluster } from './clean-cluster.js'
import { webDeployment, webStatefulSet } from './fake-cluster/declared-objects.test-support.js'
import { startFakeCluster, type FakeCluster } from './fake-cluster/fake-cluster.test-support.js'
import { kubernetesDriver } from './kubernetes-driver.js'
import type { Container, Pod, Workload } from './objects.js'
import { rollOutAnnotation } from './release-template.js'

/** Each takes about a second: `npm test` tries what is alike for both kinds of workload with one of them, `npm run test:trial` with both. */
const isTrial = process.env['SEAWORTHY_TRIAL'] === 'all'
type Kind = 'deployment' | 'statefulset'
let cluster: FakeCluster
let run: TestRun
let kind: Kind

async function begin(workloadKind: Kind, network: number, spec: Partial<Workload['spec']> = {}): Promise<Deployment> {
  kind = workloadKind
  run = testRun(kubernetesDriver)
  cluster = await startFakeCluster({ network, workload: workloadKind })
  vi.stubEnv('KUBECONFIG', cluster.kubeconfig)
  change((one) => ({ ...one, spec: { ...one.spec, ...spec } }))
  cluster.controllers.reconcile()
  await expect.poll(() => workload().status?.replicas, within).toBe(workload().spec.replicas)
  return run.deploy((await kubernetesDriver.observe?.(cluster.service)) ?? cluster.service)
}
afterEach(async () => {
  await run.end().catch(() => undefined)
  await cluster.close()
  vi.unstubAllEnvs()
})

const workload = (): Workload => cluster.store.get<Workload>(`${kind}s`, 'web')!
const change = (how: (one: Workload) => Workload): unknown => cluster.store.change<Workload>(`${kind}s`, 'web', how)
/** As the API server takes it from somebody. */
const edit = (spec: (found: Workload['spec']) => Partial<Workload['spec']>): unknown =>
  change(({ metadata, ...one }) => ({ ...one, metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 }, spec: { ...one.spec, ...spec(one.spec) } }))
const withContainers = ({ template }: Workload['spec'], how: (container: Container) => Container): Partial<Workload['spec']> => ({ template: { spec: { ...template.spec, containers: template.spec.containers.map(how) } } })
const foundSpec = (): unknown => (kind === 'deployment' ? webDeployment(3) : webStatefulSet(3)).spec
const release = (name: string) => ({ name, changes: { env: { RELEASE: name } } })
const asFound = { name: 'as found', changes: {} }
const tenSeconds = { timeoutMs: 10_000 }
const inPart = { timeoutMs: 10_000, inPart: true }
const versionsOf = (deployment: Deployment): Promise<readonly string[]> =>
  Promise.all(deployment.instances.map(async ({ url }) => ((await (await fetch(new URL('/version', url))).json()) as { readonly release: string }).release))
const uids = (): readonly string[] => cluster.store.list<Pod>('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.uid)
const annotations = (): readonly string[] => Object.keys(workload().metadata.annotations ?? {}).filter((name) => name.startsWith('seaworthy.dev/'))
const digesting = (digest: () => string) => (one: Workload): Workload => ({ ...one, spec: { ...one.spec, ...withContainers(one.spec, (container) => (container.image.startsWith('web') ? { ...container, image: digest() } : container)) } })
/** From the order on nothing more is changed, as if the harness had died. */
const refuseAfterOrder = (): void => {
  const stop = cluster.store.onChange(({ object }) => {
    if (object.metadata.annotations?.[rollOutAnnotation] === undefined) return
    stop()
    cluster.api.denied.add(`patch ${kind}s`)
  })
}
/** What a controller takes for no order to stop. */
const unheld = (): Partial<Workload['spec']> => (kind === 'deployment' ? { minReadySeconds: 0 } : { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } })
const later = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms))

describe.each([['deployment', 151], ['statefulset', 152]] as const)('a roll-out in part of a %s', (workloadKind, network) => {
  const testOfOne = test.skipIf(!isTrial && workloadKind === 'statefulset')
  const releases = isTrial || workloadKind === 'statefulset' ? ['never-ready', 'crashing'] : ['crashing']

  test('replaces one pod and goes no further, and the next order takes it back', async () => {
    const deployment = await begin(workloadKind, network)
    const before = uids()
    const end = await deployment.controls.rollOut!(release('v2'), inPart)
    expect(end).toEqual({ ok: true, instances: [expect.stringMatching(/^replica-\d$/)], reached: 1, displaced: 1 })
    const versions = await versionsOf(deployment)
    expect([...versions].sort()).toEqual(['v1', 'v1', 'v2'])
    expect(versions[deployment.instances.findIndex(({ id }) => id === end.instances?.[0])]).toBe('v2')
    await later(400)
    expect(await versionsOf(deployment)).toEqual(versions)
    expect(Object.values((await deployment.balancerCounters()).byBackend).map(({ up }) => up)).toEqual([true, true, true])
    expect(uids().filter((uid) => before.includes(uid))).toHaveLength(2)
    expect(await deployment.controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect(await versionsOf(deployment)).toEqual(['v1', 'v1', 'v1'])
    expect(workload().spec).toEqual(foundSpec())
    expect(uids().filter((uid) => before.includes(uid))).toHaveLength(2)
    expect(await deployment.controls.rollOut!(release('v2'), tenSeconds)).toMatchObject({ ok: true, reached: 3 })
    expect(run.eventsOf('cluster-lost', 'cluster')).toEqual([])
    await deployment[Symbol.asyncDispose]()
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
  })

  testOfOne('goes on with the same release when it is told to', async () => {
    const deployment = await begin(workloadKind, network)
    await deployment.controls.rollOut!(release('v2'), inPart)
    await expect(deployment.controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(await deployment.controls.rollOut!(release('v2'), tenSeconds)).toMatchObject({ ok: true, reached: 3 })
    expect(await versionsOf(deployment)).toEqual(['v2', 'v2', 'v2'])
    expect({ ...workload().spec, template: null }).toEqual({ ...(foundSpec() as object), template: null })
  })

  testOfOne('is put back with the deployment', async () => {
    const deployment = await begin(workloadKind, network)
    await deployment.controls.rollOut!(release('v2'), inPart)
    await deployment[Symbol.asyncDispose]()
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
    expect(workload().status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 })
  })

  test('is put back by the program in the journal after the harness died in it', async () => {
    const deployment = await begin(workloadKind, network)
    await deployment.controls.rollOut!(release('v2'), inPart)
    const [entry] = [...run.journaled.values()]
    if (entry?.kind !== 'program') throw new Error('expected a program in the journal')
    const child = spawn(process.execPath, [entry.path, ...entry.parameters], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
    await expect.poll(() => workload().status, within).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 })
  }, 90_000)

  testOfOne('is put back by clean, for a run that is dead', async () => {
    const deployment = await begin(workloadKind, network)
    await deployment.controls.rollOut!(release('v2'), inPart)
    change((one) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, [ownerAnnotation]: JSON.stringify({ host: hostname(), pid: 2_147_483_000, startTime: '1' }) } } }))
    expect(await cleanCluster(cluster.service, { force: false })).toMatchObject({ state: 'released' })
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
  })

  test.each(releases)('of a release that is %s ends with its time, and is put back', async (name) => {
    const deployment = await begin(workloadKind, network)
    const end = await deployment.controls.rollOut!(release(name), { timeoutMs: 700, inPart: true })
    expect(end).toMatchObject({ ok: false, reached: 1, displaced: 1, error: expect.stringContaining('neither over nor given up') })
    expect(end.instances).toBeUndefined()
    await deployment[Symbol.asyncDispose]()
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
    await expect.poll(() => workload().status, within).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 })
  })

  testOfOne.each([
    ['bad-image', /whose image cannot be had: ImagePullBackOff/],
    ['no-node', /which has no node/],
  ] as const)('whose pod cannot be there at all (%s) was not made', async (obstacle, found) => {
    const deployment = await begin(workloadKind, network)
    cluster.controllers.obstacle = obstacle
    await expect(deployment.controls.rollOut!(release('v2'), { timeoutMs: 500, inPart: true })).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringMatching(found) })
    cluster.controllers.obstacle = undefined
  })

  testOfOne('that its controller does not stop is none', async () => {
    const deployment = await begin(workloadKind, network)
    // Without a word to the API server: the controller is another one than it should be.
    const stop = cluster.store.onChange(({ object }) => {
      if (object.metadata.annotations?.[rollOutAnnotation] === undefined) return
      stop()
      change((one) => ({ ...one, spec: { ...one.spec, ...unheld() } }))
    })
    await expect(deployment.controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('expected its controller to stop after the first') })
  })

  testOfOne('of which a webhook makes another pace is not ordered', async () => {
    const deployment = await begin(workloadKind, network)
    cluster.api.admit = (one) => (JSON.stringify(one.spec.template).includes('v2') ? { ...one, spec: { ...one.spec, ...unheld() } } : one)
    await expect(deployment.controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('makes another pace of it') })
    expect([workload().spec, annotations()]).toEqual([foundSpec(), expect.not.arrayContaining([rollOutAnnotation])])
  })

  testOfOne('of which a webhook makes another pace than it foretold is not made, and can be taken back', async () => {
    const deployment = await begin(workloadKind, network)
    let asked = 0
    cluster.api.admit = (one) => (JSON.stringify(one.spec.template).includes('v2') && ++asked > 1 ? { ...one, spec: { ...one.spec, ...unheld() } } : one)
    await expect(deployment.controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('makes another pace of it') })
    expect(await deployment.controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect(workload().spec).toEqual(foundSpec())
  })
})

describe('a roll-out in part', () => {
  test('keeps a pace that somebody else has set meanwhile, and puts the template back', async () => {
    const deployment = await begin('deployment', 153)
    await deployment.controls.rollOut!(release('v2'), inPart)
    edit(() => ({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } }, progressDeadlineSeconds: 100_000 }))
    await deployment[Symbol.asyncDispose]()
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } }
    expect(workload().spec).toEqual({ ...(foundSpec() as object), strategy, progressDeadlineSeconds: 100_000 })
  })

  test('takes what it was given for ours when the harness died with the order, whatever a webhook makes of a release', async () => {
    for (const isForetold of [true, false]) {
      const deployment = await begin('deployment', 158)
      let asked = 0
      cluster.api.admit = digesting(() => (isForetold ? 'web@sha256:2' : `web@sha256:${++asked}`))
      refuseAfterOrder()
      await deployment.controls.rollOut!({ name: 'v2', image: 'web:2', changes: {} }, inPart).catch(() => undefined)
      expect(workload().spec).toMatchObject({ minReadySeconds: 86_400 })
      cluster.api.denied.clear()
      expect(await cleanCluster(cluster.service, { force: true })).toMatchObject({ state: 'released' })
      expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
      await run.end().catch(() => undefined)
      await cluster.close()
    }
  })

  test('is taken back with what a webhook made of it, where somebody changed something else after the harness had died with the order', async () => {
    const deployment = await begin('deployment', 158)
    cluster.api.admit = digesting(() => 'web@sha256:2')
    refuseAfterOrder()
    await deployment.controls.rollOut!({ name: 'v2', image: 'web:2', changes: {} }, inPart).catch(() => undefined)
    edit(() => ({ replicas: 4 }))
    cluster.api.denied.clear()
    await cleanCluster(cluster.service, { force: true })
    expect([workload().spec, annotations()]).toEqual([{ ...(foundSpec() as object), replicas: 4 }, []])
  })

  test('is not ordered where a webhook does not tell what it would make of it; a whole roll-out is', async () => {
    const deployment = await begin('deployment', 158)
    cluster.api.takesDryRuns = false
    await expect(deployment.controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_CLUSTER_REFUSED', message: expect.stringContaining('does not support dry run') })
    expect([workload().spec, annotations()]).toEqual([foundSpec(), expect.not.arrayContaining([rollOutAnnotation])])
    expect(await deployment.controls.rollOut!(release('v2'), tenSeconds)).toMatchObject({ ok: true })
  })

  test('leaves nothing of its release in a template that somebody has changed, when its pace is given back', async () => {
    const deployment = await begin('deployment', 158)
    await deployment.controls.rollOut!({ name: 'v2', image: 'web:2', changes: { env: { RELEASE: 'v2' } } }, inPart)
    edit((spec) => withContainers(spec, ({ env = [], ...container }) => ({ ...container, env: [...env, { name: 'THEIRS', value: '1' }] })))
    await expect(deployment[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'SW_NOT_RESTORED' })
    expect(workload().spec).toEqual({ ...(foundSpec() as Workload['spec']), ...withContainers(foundSpec() as Workload['spec'], (container) => ({ ...container, env: [{ name: 'THEIRS', value: '1' }] })) })
  })

  test('is told by clean where somebody else has rolled something else out, which stays', async () => {
    const deployment = await begin('deployment', 158)
    await deployment.controls.rollOut!(release('v2'), inPart)
    edit((spec) => withContainers(spec, (container) => ({ ...container, env: [{ name: 'RELEASE', value: 'v5' }] })))
    await expect(cleanCluster(cluster.service, { force: true })).rejects.toMatchObject({ code: 'SW_NOT_RESTORED', message: expect.stringContaining('another release than this run gave it') })
    expect([JSON.stringify(workload().spec.template).includes('v5'), annotations()]).toEqual([true, []])
  })

  test('that somebody has undone leaves nothing but its pace to put back', async () => {
    const deployment = await begin('deployment', 158)
    await deployment.controls.rollOut!(release('v2'), inPart)
    edit((spec) => withContainers(spec, ({ env: _env, ...container }) => container))
    cluster.controllers.reconcile()
    await deployment[Symbol.asyncDispose]()
    expect([workload().spec, annotations()]).toEqual([foundSpec(), []])
  })

  test('gives the pace back under a template of somebody else, which stays', async () => {
    const deployment = await begin('deployment', 154)
    await deployment.controls.rollOut!(release('v2'), inPart)
    edit((spec) => withContainers(spec, (container) => ({ ...container, env: [{ name: 'RELEASE', value: 'v5' }] })))
    cluster.controllers.reconcile()
    await expect(deployment[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'SW_NOT_RESTORED' })
    expect({ ...workload().spec, template: null }).toEqual({ ...(foundSpec() as object), template: null })
    expect(JSON.stringify(workload().spec.template)).toContain('v5')
  })

  test('outlasts a deadline that is short, and is taken back', async () => {
    const deployment = await begin('deployment', 155, { progressDeadlineSeconds: 1 })
    expect(await deployment.controls.rollOut!(release('v2'), inPart)).toMatchObject({ ok: true })
    await later(1_500)
    expect((await versionsOf(deployment)).filter((version) => version === 'v2')).toHaveLength(1)
    expect(await deployment.controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    expect(workload().spec.progressDeadlineSeconds).toBe(1)
  })

  test('is taken back although its controller takes the short deadline for missed before it begins', async () => {
    const deployment = await begin('deployment', 157, { replicas: 2, progressDeadlineSeconds: 1 })
    await deployment.controls.rollOut!(release('v2'), inPart)
    const endAt = performance.now() + 400
    const stop = cluster.store.onChange(({ object }) => {
      const { spec, status, metadata } = object as Workload
      const [progressing] = status?.conditions ?? []
      if (metadata.name !== 'web' || spec.progressDeadlineSeconds !== 1 || progressing?.status !== 'True' || performance.now() > endAt) return
      change((one) => ({ ...one, status: { ...status!, conditions: [{ ...progressing, status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime: 'just now' }] } }))
    })
    expect(await deployment.controls.rollOut!(asFound, tenSeconds)).toMatchObject({ ok: true })
    stop()
    expect(await versionsOf(deployment)).toEqual(['v1', 'v1'])
  })

  test.each([
    ['deployment', { strategy: { type: 'Recreate' } }, 'the strategy Recreate ends every pod'],
    ['deployment', { replicas: 1 }, 'it has one replica'],
    ['statefulset', { updateStrategy: { type: 'OnDelete' } }, 'OnDelete'],
    ['statefulset', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }, 'the partition 2'],
  ] as const)('of a %s with %j is not offered, and changes nothing where it is ordered', async (workloadKind, spec, reason) => {
    const deployment = await begin(workloadKind, 156, spec as Partial<Workload['spec']>)
    const before = workload().spec
    await expect(deployment.controls.rollOut!(release('v2'), inPart)).rejects.toMatchObject({ code: 'SW_CLUSTER_TARGET', message: expect.stringContaining(reason) })
    expect(workload().spec).toEqual(before)
    const observed = await kubernetesDriver.observe!(cluster.service)
    expect(kubernetesDriver.whyNot?.('lifecycle.upgrade.part', observed)).toContain(reason)
  })
})
