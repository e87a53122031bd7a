import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { within } from '../process/deployment.test-support.js'
import { runAnnotation } from './claim.js'
import { cleanCluster } from './clean-cluster.js'
import { metadataOf } from './fake-cluster/stored-objects.test-support.js'
import { kubernetesDriver } from './kubernetes-driver.js'
import { cordonAnnotation } from './node-cordon.js'
import { briefly, NodeDrainWorld, opened } from './node-drain-world.test-support.js'
import type { Pod } from './objects.js'

const world = new NodeDrainWorld(31)
const { begin, drained, deploy, held, node, changeNode, nodes, annotations, annotate, replicaOn, nodeOf, changes, did, lostReason, asIfDead } = world

describe('a drain by the stop signal, of a target that has nodes drained', () => {
  test.each(['a disruption budget', 'none'])('moves the replica to another node, with %s', async (budget) => {
    if (budget === 'none') world.cluster.store.remove('poddisruptionbudgets', 'web')
    world.cluster.store.put<Pod>('pods', { metadata: metadataOf('of-somebody-else', { labels: { app: 'other' } }), spec: { nodeName: 'sea1' }, status: { phase: 'Running' } })
    const deployment = await deploy()
    const id = replicaOn(deployment, 'sea1')
    const { pid } = await deployment.controls.processState!(id)
    const since = world.cluster.api.asked.length
    await deployment.controls.signal!(id, 'SIGTERM')
    expect(node('sea1').spec.unschedulable).toBe(true)
    expect(JSON.parse(node('sea1').metadata.annotations?.[cordonAnnotation] ?? '')).toMatchObject({ run: world.run.runId, owner: { host: hostname(), pid: process.pid }, namespace: 'default', workload: 'deployment/web' })
    expect(JSON.parse(annotations()[cordonAnnotation] ?? '')).toEqual({ run: world.run.runId, nodes: ['sea1'] })
    // What is to be put back is written down first.
    expect(world.cluster.api.asked.slice(since).filter((asked) => !asked.startsWith('GET')).map((asked) => asked.replace(/^(\S+) .*\/(\w+)\/[^/]+(\/eviction)?$/, '$1 $2$3'))).toEqual(['PATCH deployments', 'PATCH nodes', 'POST pods/eviction'])
    await expect.poll(() => deployment.controls.hasEnded!(id, pid!), within).toBe(true)

    await deployment.controls.start!(id)
    expect(nodeOf(deployment, id)).toBe('sea2')
    expect(nodes()).toEqual(opened)
    expect(annotations()[cordonAnnotation]).toBeUndefined()
    expect(world.cluster.store.get('pods', 'of-somebody-else')?.metadata.deletionTimestamp).toBeUndefined()
    expect(did(/^DELETE|eviction$/)).toBe(1)
    expect(world.run.events.filter(({ name }) => name.startsWith('node-')).map(({ name, target, detail }) => [name, target, detail['node'], detail['result']])).toEqual([['node-cordoned', id, 'sea1', undefined], ['node-uncordoned', id, 'sea1', 'uncordoned']])
    await deployment[Symbol.asyncDispose]()
    expect(lostReason()).toBe('')
  })

  test('of two replicas of one node opens it when the second is back', async () => {
    const deployment = await deploy()
    const [first, second] = [replicaOn(deployment, 'sea1'), replicaOn(deployment, 'sea1', 1)]
    await deployment.controls.signal!(first, 'SIGTERM')
    await deployment.controls.signal!(second, 'SIGTERM')
    await deployment.controls.start!(first)
    expect(node('sea1').spec.unschedulable).toBe(true)
    await deployment.controls.start!(second)
    expect(nodes()).toEqual(opened)
    expect(lostReason()).toBe('')
  })

  test('of a stateful set gives its pod another node too', async () => {
    await world.cluster.close()
    await begin({ network: 32, workload: 'statefulset' })
    const deployment = await deploy()
    const id = replicaOn(deployment, 'sea2')
    await deployment.controls.signal!(id, 'SIGTERM')
    await deployment.controls.start!(id)
    expect([nodeOf(deployment, id), nodes()]).toEqual(['sea1', opened])
    expect(lostReason()).toBe('')
  })

  test('that a budget never allows opens the node again', async () => {
    const deployment = await deploy(briefly)
    world.cluster.mayEvict = false
    await expect(deployment.controls.signal!('replica-0', 'SIGTERM')).rejects.toMatchObject({ code: 'SW_CLUSTER_BUDGET' })
    expect(nodes()).toEqual(opened)
    expect(annotations()[cordonAnnotation]).toBeUndefined()
    expect(did(/^PATCH .*\/nodes\//)).toBe(2)
    expect(lostReason()).toBe('')
  })

  test('whose replacement has no place says so, and the node is opened with the deployment', async () => {
    const deployment = await deploy(briefly)
    const id = replicaOn(deployment, 'sea1')
    const stop = world.cluster.store.onChange(({ kind, object }) => {
      if (kind !== 'nodes' || object.metadata.annotations?.[cordonAnnotation] === undefined) return
      stop()
      changeNode('sea2', { unschedulable: true })
    })
    await deployment.controls.signal!(id, 'SIGTERM')
    await expect(deployment.controls.start!(id)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('has no node: Unschedulable') })
    expect(lostReason()).toContain('Unschedulable')
    expect(node('sea1').spec.unschedulable).toBe(true)
    await deployment[Symbol.asyncDispose]()
    expect(nodes()).toEqual([['sea1', undefined, undefined], ['sea2', true, undefined]])
    expect(world.run.eventsOf('node-uncordoned', 'deployment/web')).toMatchObject([{ detail: { node: 'sea1', result: 'uncordoned' } }])
  })

  test('ends what can be judged where the node cannot be opened again', async () => {
    const deployment = await deploy()
    await deployment.controls.signal!('replica-0', 'SIGTERM')
    world.cluster.api.denied.add('patch nodes')
    await expect(deployment.controls.start!('replica-0')).rejects.toMatchObject({ code: 'SW_CLUSTER_REFUSED' })
    expect(lostReason()).toContain('while uncordoning the node sea1')
    world.cluster.api.denied.clear()
    await deployment[Symbol.asyncDispose]()
    expect(nodes()).toEqual(opened)
  })
})

describe('a drain that is not done', () => {
  const refused = async (deployment: Deployment, found: RegExp): Promise<void> => {
    const [before, since] = [nodes(), changes().length]
    const id = replicaOn(deployment, 'sea1')
    await expect(deployment.controls.signal!(id, 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringMatching(found) })
    expect([nodes(), changes().length, lostReason()]).toEqual([before, since, ''])
    expect((await deployment.controls.processState!(id)).state).toBe('running')
  }

  test('without permission for what is destructive', async () => {
    const deployment = await world.run.deploy((await kubernetesDriver.observe?.(drained())) ?? drained(), '1', { allow: 'disruptive' })
    await refused(deployment, /no permission: .*needs --allow destructive/)
  })

  test('of a node that somebody else has cordoned', async () => {
    const deployment = await deploy()
    changeNode('sea1', { unschedulable: true })
    await refused(deployment, /the node sea1 was cordoned already by somebody else/)
  })

  test('of a node that another run has cordoned', async () => {
    const deployment = await deploy()
    const note = { run: 'another', owner: { host: 'elsewhere', pid: 7, startTime: '1' }, namespace: 'shop', workload: 'deployment/api' }
    changeNode('sea1', { unschedulable: true }, { metadata: { ...node('sea1').metadata, annotations: { [cordonAnnotation]: JSON.stringify(note) } } })
    await refused(deployment, /cordoned already by the run another \(process 7 on elsewhere\), for deployment\/api in shop/)
  })

  test('of a node that somebody cordons after it was looked at, and what was written down is taken off', async () => {
    const deployment = await deploy()
    const id = replicaOn(deployment, 'sea1')
    const stop = world.cluster.store.onChange(({ kind, object }) => {
      if (kind !== 'deployments' || object.metadata.annotations?.[cordonAnnotation] === undefined) return
      stop()
      changeNode('sea1', { unschedulable: true })
    })
    await expect(deployment.controls.signal!(id, 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('by somebody else') })
    expect([nodes(), annotations()[cordonAnnotation], lostReason()]).toEqual([[['sea1', true, undefined], ['sea2', undefined, undefined]], undefined, ''])
    await deployment[Symbol.asyncDispose]()
    expect(node('sea1').spec.unschedulable).toBe(true)
  })

  test.each<readonly [string, () => void]>([
    ['there', () => world.cluster.store.remove('nodes', 'sea2')],
    ['ready', () => changeNode('sea2', {}, { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } })],
    ['schedulable', () => changeNode('sea2', { unschedulable: true })],
    ['without a taint', () => changeNode('sea2', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })],
  ])('while no other node is %s', async (_, prepare) => {
    await world.cluster.close()
    await begin({ network: 33, nodes: ['sea1'] })
    world.cluster.store.put('nodes', { ...node('sea1'), metadata: metadataOf('sea2') })
    const deployment = await deploy()
    prepare()
    const since = changes().length
    await expect(deployment.controls.signal!('replica-0', 'SIGTERM')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('no other node that is ready and takes its pod') })
    expect([changes().length, node('sea1').spec.unschedulable]).toEqual([since, undefined])
  })
})

describe('nodes that were cordoned and not opened are', () => {
  const byReaper = async (): Promise<void> => {
    const [entry] = [...world.run.journaled.values()]
    if (entry?.kind !== 'program') throw new Error('expected a program in the journal')
    const child = spawn(process.execPath, [entry.path, ...entry.parameters], { env: { PATH: process.env['PATH'] }, stdio: 'ignore' })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  }
  const byClean = async (): Promise<void> => {
    asIfDead()
    expect(await cleanCluster(drained(), { force: false })).toMatchObject({ state: 'released', runId: world.run.runId })
  }

  test.each([
    ['with the deployment', async (deployment: Deployment) => deployment[Symbol.asyncDispose]()],
    ['by the program in the journal after the harness died', byReaper],
    ['by clean, for a run that is dead', byClean],
  ])('%s', async (_, putBack) => {
    await putBack(await held())
    expect(nodes()).toEqual(opened)
    expect(Object.keys(annotations()).filter((name) => name.startsWith('seaworthy.dev/'))).toEqual([])
  }, 90_000)

  test('by clean also where the descriptor has nodes drained no more', async () => {
    await held()
    asIfDead()
    expect(await cleanCluster(world.cluster.service, { force: false })).toMatchObject({ state: 'released' })
    expect(nodes()).toEqual(opened)
  })

  test.each([
    ['by the deployment', async (deployment: Deployment) => deployment[Symbol.asyncDispose]()],
    ['by the program in the journal', byReaper],
    ['by clean, with force as its process lives', async () => {
      expect(await cleanCluster(drained(), { force: false })).toMatchObject({ state: 'kept', runId: world.run.runId })
      expect(await cleanCluster(drained(), { force: true })).toMatchObject({ state: 'released', runId: world.run.runId })
    }],
  ])('also where somebody has written the workload anew, %s', async (_, putBack) => {
    const deployment = await held()
    annotate({})
    await putBack(deployment)
    expect(nodes()).toEqual(opened)
  }, 90_000)

  test('not where a living run has them', async () => {
    await held()
    expect(await cleanCluster(drained(), { force: false })).toMatchObject({ state: 'kept' })
    expect(node('sea1').spec.unschedulable).toBe(true)
  })

  test.each([
    ['while its replica is away', false],
    ['and cordoned again under a note of their own', true],
  ])('left to somebody else who opened them %s', async (_, again) => {
    const deployment = await held()
    const theirs = JSON.stringify({ run: 'another', owner: { host: 'elsewhere', pid: 7, startTime: '1' }, namespace: 'shop', workload: 'deployment/api' })
    changeNode('sea1', again ? { unschedulable: true } : {}, again ? { metadata: { ...node('sea1').metadata, annotations: { [cordonAnnotation]: theirs } } } : {})
    const version = node('sea1').metadata.resourceVersion
    await deployment[Symbol.asyncDispose]()
    expect(nodes()).toEqual(again ? [['sea1', true, theirs], opened[1]] : opened)
    expect(node('sea1').metadata.resourceVersion === version).toBe(again)
    expect(world.run.eventsOf('node-uncordoned', 'deployment/web').map(({ detail }) => detail['result'])).toEqual(again ? [] : ['theirs'])
  })

  test('no more where they are gone', async () => {
    const deployment = await held()
    world.cluster.store.remove('nodes', 'sea1')
    await deployment[Symbol.asyncDispose]()
    expect(annotations()[runAnnotation]).toBeUndefined()
    expect(world.run.journaled.size).toBe(0)
  })
})

test('a drain that is declared as the stop signal is left alone where it is that of a node', () => {
  const signalled = (service: ServiceDescriptor): ServiceDescriptor => ({ ...service, lifecycle: { ...service.lifecycle, drain: { via: 'signal', signal: 'SIGTERM', deadlineMs: 5_000, endsInExit: false } } })
  expect(kubernetesDriver.offers(signalled(world.cluster.service)).has('lifecycle.drain')).toBe(true)
  expect(kubernetesDriver.offers(signalled(drained())).has('lifecycle.drain')).toBe(false)
  expect(kubernetesDriver.whyNot?.('lifecycle.drain', signalled(drained()))).toContain('that of its node here (target.drain: node)')
})
