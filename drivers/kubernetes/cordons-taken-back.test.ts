import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import { within } from '../process/deployment.test-support.js'
import { runAnnotation } from './claim.js'
import { cleanCluster } from './clean-cluster.js'
import { kubernetesDriver } from './kubernetes-driver.js'
import { cordonAnnotation, nodeNote } from './node-cordon.js'
import { deadOwner, NodeDrainWorld, opened } from './node-drain-world.test-support.js'
import type { ClusterNode, ObjectMeta, Pod, Workload } from './objects.js'

const world = new NodeDrainWorld(34)
const { drained, deploy, held, node, changeNode, nodes, annotations, annotate, replicaOn, did, lostReason, asIfDead } = world
const metadataWith = (name: string, metadata: Partial<ObjectMeta>): { readonly metadata: ObjectMeta } => ({ metadata: { ...node(name).metadata, ...metadata } })
const scaled = (): number | undefined => world.cluster.store.get<Workload>('deployments', 'web')?.spec.replicas
const isNodePatch = /^PATCH .*\/nodes\//

describe('a drain that is left behind', () => {
  /** Requests like this wait until the world lets them go. */
  const blocked = (which: RegExp): { readonly letGo: () => void; readonly arrived: () => boolean } => {
    let letGo = (): void => undefined
    let hasArrived = false
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    world.cluster.api.delay = (asked) => {
      if (!which.test(asked)) return undefined
      hasArrived = true
      return gate
    }
    return { letGo, arrived: () => hasArrived }
  }

  test.each([
    ['that node is cordoned', isNodePatch, 2, 0, true],
    ['its name is written down', /^PATCH .*\/deployments\//, 0, 0, true],
    ['nodes are looked at', /^GET .*\/nodes$/, 0, 0, false],
    ['the pod is evicted', /eviction$/, 2, 1, true],
  ])('while %s leaves no node cordoned', async (_, which, patches, evictions, isNoted) => {
    const deployment = await deploy()
    const seen = new Set<boolean>()
    world.cluster.store.onChange(({ kind, object }) => void (kind === 'deployments' && seen.add(object.metadata.annotations?.[cordonAnnotation] !== undefined)))
    const gate = blocked(which)
    const left = deployment.controls.signal!(replicaOn(deployment, 'sea1'), 'SIGTERM').catch((thrown: unknown) => thrown)
    await expect.poll(gate.arrived, within).toBe(true)
    const disposed = deployment[Symbol.asyncDispose]()
    await new Promise((resolve) => setTimeout(resolve, 300))
    gate.letGo()
    await Promise.all([disposed, left])
    expect(nodes()).toEqual(opened)
    expect([did(isNodePatch), did(/eviction$/), seen.has(true)]).toEqual([patches, evictions, isNoted])
    expect([annotations()[cordonAnnotation], annotations()[runAnnotation], world.run.journaled.size]).toEqual([undefined, undefined, 0])
    await expect(deployment.controls.signal!('replica-0', 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
  })

  test('while a budget does not allow its eviction is not waited for', async () => {
    const deployment = await deploy((service) => ({ ...service, lifecycle: { ...service.lifecycle, startTimeoutMs: 60_000 } }))
    world.cluster.mayEvict = false
    const left = deployment.controls.signal!(replicaOn(deployment, 'sea1'), 'SIGTERM').catch((thrown: unknown) => thrown)
    await expect.poll(() => did(/eviction$/), within).toBeGreaterThan(0)
    await deployment[Symbol.asyncDispose]()
    await left
    expect(nodes()).toEqual(opened)
  }, 30_000)

  test('and whose order to cordon is on its way still finds a node that was changed since', async () => {
    const deployment = await deploy()
    annotate({ ...annotations(), [cordonAnnotation]: JSON.stringify({ run: world.run.runId, nodes: ['sea1'] }) })
    const { resourceVersion } = node('sea1').metadata
    await deployment[Symbol.asyncDispose]()
    expect(node('sea1').metadata.resourceVersion).not.toBe(resourceVersion)
    expect([nodes(), node('sea1').metadata.annotations, annotations()[cordonAnnotation]]).toEqual([opened, {}, undefined])
  })

  test('has its annotation taken off a node that somebody opened, also where the workload tells of it no more', async () => {
    const deployment = await held()
    annotate({})
    changeNode('sea1', {})
    await deployment[Symbol.asyncDispose]()
    expect(nodes()).toEqual(opened)
  })
})

describe('what is put back where a node cannot be opened', () => {
  /** A replica that was added, and two nodes that were cordoned, `sea2` of them still to be found. */
  const heldAndScaled = async (): Promise<Deployment> => {
    const deployment = await held()
    await deployment.controls.addInstance!({})
    expect(scaled()).toBe(4)
    const note = { ...nodeNote(world.cluster.service.target.cluster!, world.run.runId) }
    changeNode('sea2', { unschedulable: true }, metadataWith('sea2', { annotations: { [cordonAnnotation]: JSON.stringify(note) } }))
    return deployment
  }
  const refuseSea1 = (): void => void (world.cluster.api.delay = async (asked) => {
    world.cluster.api.denied.delete('patch nodes')
    if (asked.startsWith('PATCH') && asked.endsWith('/nodes/sea1')) world.cluster.api.denied.add('patch nodes')
  })

  test('is everything else, and claim and journal still tell of it', async () => {
    const deployment = await heldAndScaled()
    refuseSea1()
    await expect(deployment[Symbol.asyncDispose]()).rejects.toThrow(/while uncordoning the node sea1: .*forbidden/)
    expect(scaled()).toBe(3)
    expect(nodes()).toEqual([['sea1', true, expect.any(String)], opened[1]])
    expect([annotations()[runAnnotation], JSON.parse(annotations()[cordonAnnotation] ?? ''), world.run.journaled.size]).toEqual([world.run.runId, { run: world.run.runId, nodes: ['sea1'] }, 1])
  }, 60_000)

  test('by clean too, which keeps the claim', async () => {
    await heldAndScaled()
    asIfDead()
    refuseSea1()
    await expect(cleanCluster(drained(), { force: false })).rejects.toThrow(/while uncordoning the node sea1/)
    expect(scaled()).toBe(3)
    expect(annotations()[runAnnotation]).toBe(world.run.runId)
  }, 60_000)

  test('is not asked of an account that had nothing cordoned and may not look at nodes', async () => {
    const deployment = await deploy()
    await deployment.controls.addInstance!({})
    world.cluster.api.denied.add('list nodes').add('patch nodes').add('get nodes')
    await deployment[Symbol.asyncDispose]()
    expect([scaled(), annotations()[runAnnotation], world.run.journaled.size]).toEqual([3, undefined, 0])
  }, 60_000)
})

describe('the replacement', () => {
  test('on the node that was drained ends what can be judged, and the node is opened', async () => {
    const deployment = await deploy()
    const id = replicaOn(deployment, 'sea1')
    const stop = world.cluster.store.onChange(({ kind, type, object }) => {
      if (kind !== 'pods' || type !== 'MODIFIED' || (object as Pod).spec.nodeName !== 'sea2' || object.metadata.deletionTimestamp !== undefined || did(/eviction$/) === 0) return
      stop()
      world.cluster.store.change<Pod>('pods', object.metadata.name, (one) => ({ ...one, spec: { ...one.spec, nodeName: 'sea1' } }))
    })
    await deployment.controls.signal!(id, 'SIGTERM')
    await expect(deployment.controls.start!(id)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('on the same node sea1') })
    expect(lostReason()).toContain('on the same node sea1')
    expect(nodes()).toEqual(opened)
  })

  test.each([
    ['every taint', [{ operator: 'Exists' }]],
    ['that of a cordon', [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }]],
  ])('of a pod that tolerates %s could be there, so nothing is done', async (_, tolerations) => {
    for (const { metadata } of world.cluster.store.list<Pod>('pods')) world.cluster.store.change<Pod>('pods', metadata.name, (one) => ({ ...one, spec: { ...one.spec, tolerations } }))
    const deployment = await deploy()
    await expect(deployment.controls.signal!('replica-0', 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('tolerates node.kubernetes.io/unschedulable') })
    expect([nodes(), did(isNodePatch), lostReason()]).toEqual([opened, 0, ''])
  })

  test('of a template that names its node is there, so nothing is done', async () => {
    world.cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, spec: { ...one.spec, template: { ...one.spec.template, spec: { ...one.spec.template.spec, nodeName: 'sea1' } } } }))
    const deployment = await deploy()
    await expect(deployment.controls.signal!('replica-0', 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('the template says on which node its pods are (sea1)') })
    expect([nodes(), did(isNodePatch)]).toEqual([opened, 0])
  })

  test('may be on a node that was opened so recently that it still has the taint of a cordon', async () => {
    changeNode('sea2', { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] })
    await held()
  })
})

describe('a node that somebody opened and cordoned again under the note of the run', () => {
  const managedBy = (manager: string): Partial<ObjectMeta> => ({ managedFields: [{ manager: 'kubelet', fieldsV1: {} }, { manager, fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } }] })

  test.each([
    ['is theirs', managedBy('kubectl-cordon'), [['sea1', true, undefined], opened[1]], 'theirs'],
    ['cannot be told where the API server has forgotten who did', managedBy('ancient-changes'), opened, 'uncordoned'],
    ['cannot be told where the API server does not say who did', { managedFields: [] }, opened, 'uncordoned'],
  ])('%s', async (_, managed, expected, result) => {
    const deployment = await held()
    expect(node('sea1').metadata.managedFields).toEqual([{ manager: 'seaworthy', fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } }])
    changeNode('sea1', { unschedulable: true }, metadataWith('sea1', managed))
    await deployment[Symbol.asyncDispose]()
    expect(nodes()).toEqual(expected)
    expect(world.run.eventsOf('node-uncordoned', 'deployment/web').map(({ detail }) => detail['result'])).toEqual([result])
  })

  test('is not drained a second time', async () => {
    const deployment = await held()
    changeNode('sea1', { unschedulable: true }, metadataWith('sea1', managedBy('kubectl-cordon')))
    await expect(deployment.controls.signal!(replicaOn(deployment, 'sea1'), 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('cordoned already by somebody else') })
  })
})

describe('clean, of nodes that other runs have cordoned,', () => {
  const leave = (name: string, run: string, owner: ClusterOwner): void =>
    changeNode(name, { unschedulable: true }, metadataWith(name, { annotations: { [cordonAnnotation]: JSON.stringify({ ...nodeNote(world.cluster.service.target.cluster!, run), owner }) } }))
  type ClusterOwner = typeof deadOwner
  const elsewhere = { host: 'elsewhere', pid: 7, startTime: '1' }
  const isOpen = ({ spec }: ClusterNode): boolean => spec.unschedulable !== true

  test('opens those of the dead while a newer run has the workload, and leaves those of whoever may live', async () => {
    await deploy()
    leave('sea1', 'dead', deadOwner)
    leave('sea2', 'far', elsewhere)
    expect(await cleanCluster(drained(), { force: false })).toMatchObject({
      state: 'kept',
      runId: world.run.runId,
      nodes: [{ node: 'sea1', runId: 'dead', state: 'released' }, { node: 'sea2', runId: 'far', state: 'kept', owner: 'process 7 on elsewhere' }],
    })
    expect([isOpen(node('sea1')), isOpen(node('sea2'))]).toEqual([true, false])
    expect(annotations()[runAnnotation]).toBe(world.run.runId)
  })

  test('opens all with force, whichever run has the workload', async () => {
    leave('sea1', 'dead', deadOwner)
    leave('sea2', 'far', elsewhere)
    expect(await cleanCluster(drained(), { force: true })).toMatchObject({ state: 'released', runId: 'dead', nodes: [{ node: 'sea2', runId: 'far', state: 'released' }] })
    expect(nodes()).toEqual(opened)
  })

  test('opens those of the dead also where the descriptor has nodes drained no more', async () => {
    leave('sea1', 'dead', deadOwner)
    expect(await cleanCluster(world.cluster.service, { force: false })).toMatchObject({ state: 'released', runId: 'dead' })
    expect(nodes()).toEqual(opened)
  })

  test('tries the others where one cannot be opened, and says so', async () => {
    leave('sea1', 'dead', deadOwner)
    leave('sea2', 'dead too', deadOwner)
    world.cluster.api.delay = async (asked) => void (asked.endsWith('/nodes/sea1') ? world.cluster.api.denied.add('patch nodes') : world.cluster.api.denied.delete('patch nodes'))
    await expect(cleanCluster(drained(), { force: false })).rejects.toMatchObject({ code: 'SW_CLUSTER_REFUSED' })
    expect([isOpen(node('sea1')), isOpen(node('sea2'))]).toEqual([false, true])
  })

  test('finds nothing for an account without a right to them, unless the descriptor has nodes drained', async () => {
    world.cluster.api.denied.add('list nodes')
    expect(await cleanCluster(world.cluster.service, { force: false })).toMatchObject({ state: 'nothing' })
    await expect(cleanCluster(drained(), { force: false })).rejects.toMatchObject({ code: 'SW_CLUSTER_REFUSED' })
  })
})

test('what only the drain of a node makes possible or needs is asked for there alone', async () => {
  const { service } = world.cluster
  const undrain = { via: 'http', method: 'POST', path: '/undrain', expectStatus: [] } as const
  const of = (drain: typeof undrain | undefined, from = drained()): typeof service => ({ ...from, lifecycle: { ...from.lifecycle, undrain, ...(drain === undefined ? {} : { drain: { ...drain, path: '/drain', deadlineMs: 5_000, endsInExit: false } }) } })
  expect(kubernetesDriver.offers(of(undrain, service)).has('lifecycle.undrain')).toBe(true)
  expect(kubernetesDriver.offers(of(undefined)).has('lifecycle.undrain')).toBe(false)
  expect(kubernetesDriver.whyNot?.('lifecycle.undrain', of(undefined))).toContain('nothing is left of the one that was drained')

  const share = (one: typeof service): number => kubernetesDriver.endsWithinMs!({ ...one, identity: undefined } as unknown as typeof service)
  expect([share(service), share(of(undrain))]).toEqual([0, 0])
  expect(share(drained())).toBeGreaterThanOrEqual(60_000)
  expect(kubernetesDriver.endsWithinMs!(drained())).toBeGreaterThan(kubernetesDriver.endsWithinMs!(service))

  world.cluster.api.denied.add('patch nodes')
  expect(await kubernetesDriver.availability(of(undrain))).toEqual({ available: true })
  expect(await kubernetesDriver.availability(drained())).toMatchObject({ available: false })
})
