import { expect, test } from 'vitest'
import type { DriverPlatformEvent } from '../../core/driver.js'
import { currentAddress } from '../../operating-system/moving-addresses.js'
import { fakeSwarm, type FakeSwarm } from './fake-swarm.test-support.js'
import { ServicePlaces } from './service-places.js'
import type { Arrival, TaskPlace } from './task-place.js'

const arrival = (task: string, number: number, attached = false): Arrival => ({ id: `container-of-${task}`, pid: 100 + number, task, address: `172.18.0.${number}`, inner: [`10.0.1.${number}`], started: { atHrtimeMs: number, detail: attached ? { attached: true } : {} } })

function places(swarm: FakeSwarm, events: DriverPlatformEvent[] = []): { readonly service: ServicePlaces; readonly all: readonly TaskPlace[] } {
  const service = new ServicePlaces({ docker: swarm.engine, service: { ID: 'api', Version: { Index: 1 }, Spec: swarm.spec }, startTimeoutMs: 400, emit: (event) => events.push(event), isEnded: () => false })
  for (const slot of swarm.slots()) {
    service.places.push({ name: `replica-${slot - 1}`, host: `replica-${slot - 1}.places.seaworthy.invalid`, port: 80, slot, container: undefined, mode: 'up', paused: false, freeSinceHrtimeMs: -Infinity, starts: 0, containers: [] })
    service.arrived(slot, arrival(swarm.taskIn(slot), slot, true))
  }
  return { service, all: service.places }
}

test('a task that is replaced leaves its place to the next one, at another address', () => {
  const events: DriverPlatformEvent[] = []
  const swarm = fakeSwarm({ replicas: 2 })
  const { service, all: [first] } = places(swarm, events)
  expect(events.splice(0)).toMatchObject([1, 2].map((number) => ({ name: 'process-found', target: `replica-${number - 1}`, detail: { attached: true } })))
  expect(currentAddress(first!.host)).toBe('172.18.0.1')
  expect(service.left(1, first!.container!.id.slice(0, 18), 5)?.name).toBe('replica-0')
  expect(first!.container).toBeUndefined()
  service.arrived(1, arrival('later', 9))
  expect(first).toMatchObject({ container: { pid: 109 }, starts: 2 })
  expect(currentAddress(first!.host)).toBe('172.18.0.9')
  expect(events).toMatchObject([{ name: 'process-started', target: 'replica-0', detail: { task: 'later', slot: 1 } }])
})

test('one that is started before the other has ended waits for its place, and is in it from then on', () => {
  const events: DriverPlatformEvent[] = []
  const { service, all: [first] } = places(fakeSwarm({ replicas: 1 }), events)
  service.arrived(1, arrival('next', 7))
  expect(first!.container?.pid).toBe(101)
  service.left(1, first!.container!.id, 50)
  service.settle()
  expect(first!.container?.pid).toBe(107)
  expect(events.slice(1)).toMatchObject([{ name: 'process-started', atHrtimeMs: 50 }])
})

test('a place is kept down by doing without it once its task has ended, and is filled again', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  const { service, all: [, second] } = places(swarm)
  const task = second!.container!.task
  second!.mode = 'stopped'
  swarm.end(2)
  service.left(2, second!.container!.id, 5)
  await service.vacate(second!, task)
  expect(swarm.slots()).toEqual([1, 3])
  expect(second!.slot).toBeUndefined()
  const filled = service.fill(second!)
  await expect.poll(() => swarm.slots()).toEqual([1, 2, 3])
  service.arrived(2, arrival(swarm.taskIn(2), 8))
  await filled
  expect(second).toMatchObject({ slot: 2, mode: 'up', container: { pid: 108 } })
  expect(await service.isAsLeft()).toBe(true)
})

test('a swarm that has replaced it already is not told to do without another one', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  const { service, all: [first] } = places(swarm)
  const task = first!.container!.task
  first!.mode = 'held'
  swarm.end(1)
  swarm.replaceEnded()
  service.left(1, first!.container!.id, 5)
  await expect(service.vacate(first!, task)).rejects.toThrow(/the restart delay of the service is too short/)
  expect(swarm.spec.Mode.Replicated?.Replicas).toBe(3)
  expect(swarm.slots()).toEqual([1, 2, 3])
})

test('one that no container comes for is told with the state of its task', async () => {
  const swarm = fakeSwarm({ replicas: 1 })
  const { service, all: [first] } = places(swarm)
  service.left(1, first!.container!.id, 5)
  await expect(service.fill(first!)).rejects.toThrow(/its task running after 400 ms/)
})

test('what somebody else changes meanwhile is seen', async () => {
  const swarm = fakeSwarm({ replicas: 2 })
  const { service } = places(swarm)
  expect(await service.isAsLeft()).toBe(true)
  swarm.scale(4)
  expect(await service.isAsLeft()).toBe(false)
})
