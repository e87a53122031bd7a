import { expect, test } from 'vitest'
import type { DriverPlatformEvent } from '../../core/driver.js'
import type { ContainerProcess, SignalSender } from '../docker/signal-sender.js'
import { rebootControl, type RebootedStack } from './stack-reboot.js'
import { Machine } from './stack-machine.test-support.js'
import type { Engine } from './stack-services.js'

/** A service of replicas, and a load balancer that nobody declared. */
function stackOf(machine: Machine, events: DriverPlatformEvent[], more: Partial<RebootedStack> = {}): RebootedStack & { readonly struck: string[] } {
  const struck: string[] = []
  const balancer = { Id: 'balancer', State: { Running: true, Pid: 900 }, Config: { Labels: { 'com.docker.swarm.service.id': 'balancer' } } }
  const docker = {
    listContainers: async () => [{ Id: 'balancer', Labels: balancer.Config.Labels }, { Id: 'container-of-task1', Labels: { 'com.docker.swarm.service.id': 'api' } }],
    getContainer: (id: string) => ({ inspect: async () => balancer, stop: async () => void struck.push(`stop ${id}`) }),
  } as unknown as Engine
  const ofMachine = machine.endedBy
  const signals = { send: ofMachine.signals.send.bind(ofMachine.signals), crash: (all: readonly ContainerProcess[]) => (struck.push(`crash ${all.map(({ pid }) => pid).join(' ')}`), ofMachine.signals.crash(all)) } as unknown as SignalSender
  return {
    struck, docker, stack: 'shop', services: [machine.service], events: ofMachine.events, signals, signal: new AbortController().signal,
    toldToEnd: (id) => machine.toldToEnd.push(id), emit: (event) => events.push(event), lose: (reason) => struck.push(`lost: ${reason}`), lost: () => machine.isLost, ...more,
  }
}

const names = (events: readonly DriverPlatformEvent[]): readonly string[] => events.map(({ name }) => name)

test('a power loss takes everything at one instant, what nobody declared as well, and the swarm makes it anew', async () => {
  const machine = new Machine(2)
  const events: DriverPlatformEvent[] = []
  const stack = stackOf(machine, events)
  const { bootIdBefore, bootIdAfter } = await rebootControl(stack)('power-loss')
  expect(stack.struck).toEqual(['crash 101 102 900'])
  expect(names(events)).toEqual(['machine-down', 'machine-booted'])
  expect(bootIdBefore).not.toBe(bootIdAfter)
  expect([machine.replicas, machine.toldToEnd.length]).toEqual([2, 2])
  expect(machine.service.places.map(({ container }) => container?.pid)).toEqual([103, 104])
})

test('a shutdown in order is that of the swarm, and nothing is made anew before all have ended', async () => {
  const machine = new Machine(2)
  machine.endsGivenUp(0)
  const events: DriverPlatformEvent[] = []
  const seen: (number | undefined)[] = []
  const stack = stackOf(machine, events, { emit: (event) => void (events.push(event), seen.push(machine.replicas)) })
  await rebootControl(stack)('orderly')
  expect(machine.sent).toEqual([])
  expect(stack.struck).toEqual(['stop balancer'])
  expect([names(events), seen]).toEqual([['machine-down', 'machine-booted'], [0, 0]])
  expect(machine.service.places.map(({ mode, container }) => [mode, container?.pid])).toEqual([['up', 103], ['up', 104]])
})

test('what is to come later comes after what is not has been started', async () => {
  const machine = new Machine(3)
  const events: DriverPlatformEvent[] = []
  await rebootControl(stackOf(machine, events))('power-loss', { delayed: [{ target: 'replica-1', byMs: 60 }, { target: 'replica-2', byMs: 30 }] })
  const started = (): readonly boolean[] => machine.service.places.map(({ container }) => container !== undefined)
  expect(started()).toEqual([true, false, false])
  await expect.poll(started).toEqual([true, false, true])
  await expect.poll(started).toEqual([true, true, true])
})

test('an order for what does not run is refused before anything ends', async () => {
  const machine = new Machine(2)
  const stack = stackOf(machine, [])
  await expect(rebootControl(stack)('power-loss', { delayed: [{ target: 'db', byMs: 1 }] })).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
  expect(stack.struck).toEqual([])
})

test('a stack that could not be ended goes on as it was, and one that is lost is not touched', async () => {
  const machine = new Machine(2)
  machine.refuses = 'a process gone'
  const events: DriverPlatformEvent[] = []
  await expect(rebootControl(stackOf(machine, events))('power-loss')).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
  expect(events).toEqual([])
  expect([machine.replicas, machine.service.places.map(({ mode }) => mode)]).toEqual([2, ['up', 'up']])
  machine.isLost = 'somebody else changed it'
  await expect(rebootControl(stackOf(machine, events))('orderly')).rejects.toThrow(/somebody else changed it/)
})

test('what is just being started is waited for, so that it is not spared', async () => {
  const machine = new Machine(2)
  const { container } = machine.place('replica-1')
  machine.place('replica-1').container = undefined
  setTimeout(() => void (machine.place('replica-1').container = container), 100)
  const stack = stackOf(machine, [])
  await rebootControl(stack)('power-loss')
  expect(stack.struck).toEqual(['crash 101 102 900'])
})
