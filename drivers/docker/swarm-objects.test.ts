import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { removeObjects } from './remove-objects.js'
import { swarmObjects } from './swarm-objects.js'

const unavailable = Object.assign(new Error('rpc error: the swarm does not have a leader'), { statusCode: 503 })
const label = 'seaworthy.run=r1'
const service = { ID: 's1', Spec: { Name: 'copy_api', Labels: { 'seaworthy.run': 'r1', 'seaworthy.deployment': 'd1' } } }
/** An engine that is this in a swarm, and whose calls about it fail with `error`. */
const engineThat = (swarm: object | undefined, error?: Error): Docker =>
  ({
    info: async () => ({ Swarm: swarm }),
    listServices: async () => (error === undefined ? [service] : Promise.reject(error)),
    listTasks: async () => (error === undefined ? [] : Promise.reject(error)),
    listContainers: async () => [],
    listNetworks: async () => [],
    listVolumes: async () => ({ Volumes: [] }),
  }) as unknown as Docker
const manager = { NodeID: 'n1', LocalNodeState: 'active', ControlAvailable: true, RemoteManagers: [{ NodeID: 'n1' }] }

test.each([
  ['that knows of no swarms', undefined],
  ['in no swarm', { LocalNodeState: 'inactive' }],
  ['that is a worker', { NodeID: 'n2', LocalNodeState: 'active', ControlAvailable: false, RemoteManagers: [{ NodeID: 'n1' }] }],
])('an engine %s has nothing of ours in one', async (_, swarm) => {
  expect(await swarmObjects(engineThat(swarm, unavailable), label)).toEqual({ services: [], tasks: [] })
})

test.each([
  ['has lost the others', manager],
  ['is just starting', { ...manager, ControlAvailable: false }],
  ['is locked', { ...manager, LocalNodeState: 'locked', ControlAvailable: false }],
])('a manager that %s does not say that there is nothing', async (_, swarm) => {
  await expect(swarmObjects(engineThat(swarm, unavailable), label)).rejects.toBe(unavailable)
})

test('what a manager has of ours is told', async () => {
  expect((await swarmObjects(engineThat(manager), label)).services).toEqual([service])
})

test('what a swarm has that did not answer for a moment is removed, and nobody says before that nothing is left', async () => {
  let calls = 0
  let services = [service]
  const docker = {
    ...engineThat(manager),
    listServices: async () => ((calls += 1) <= 2 ? Promise.reject(unavailable) : services),
    getService: () => ({ remove: async () => void (services = []) }),
  } as unknown as Docker
  expect(await removeObjects(docker, { label })).toEqual([])
  expect(services).toEqual([])
})
