import { describe, expect, test } from 'vitest'
import { containerIdOf } from './fake-swarm.test-support.js'
import { Machine, stop } from './stack-machine.test-support.js'

test('a swarm that overlooks the order to do without one is told again', async () => {
  const machine = new Machine()
  machine.swarm.overlooks = 2
  expect(await machine.controls.stop('replica-1', stop)).toMatchObject({ exitCode: 0 })
  expect([machine.replicas, machine.swarm.slots()]).toEqual([2, [1, 3]])
})

describe('scaling', () => {
  test('one replica more has a place of its own, and the swarm takes one away: which is told, and how it ended', async () => {
    const machine = new Machine(2)
    machine.endsGivenUp(0)
    expect(await machine.controls.addInstance({})).toMatchObject({ id: 'replica-2' })
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    expect(await machine.controls.removeAnyInstance(stop)).toMatchObject({ instance: 'replica-2', exitCode: 0, killed: false, survivors: [] })
    expect([machine.replicas, machine.swarm.slots(), machine.sent]).toEqual([2, [1, 2], []])
    expect(machine.rolling).toEqual([true, false])
    expect(machine.toldToEnd).toEqual([containerIdOf({ id: 'task3' })])
    expect(await machine.state('replica-2')).toMatchObject({ pid: null, state: 'exited' })
  })

  test('the one that the swarm takes away need not be the one that was added', async () => {
    const machine = new Machine(2)
    machine.endsGivenUp(null)
    await machine.controls.addInstance({})
    machine.swarm.givesUpRunning = true
    expect(await machine.controls.removeAnyInstance(stop)).toMatchObject({ instance: 'replica-0', signal: 'SIGKILL', killed: true })
    expect(machine.swarm.slots()).toEqual([2, 3])
    expect(await machine.state('replica-2')).toMatchObject({ state: 'running' })
  })

  test('one that ends before the swarm has said whose place it gave up was removed all the same', async () => {
    const machine = new Machine(2)
    machine.swarm.onGivenUp = ({ id }) => machine.endContainer(containerIdOf({ id }), 1)
    expect(await machine.controls.removeAnyInstance(stop)).toMatchObject({ instance: 'replica-1', exitCode: 1 })
    expect([machine.replicas, machine.swarm.slots()]).toEqual([1, [1]])
  })

  test('nothing was removed where the swarm gave up an empty place, or none', async () => {
    const machine = new Machine(2)
    machine.end('replica-1')
    await expect(machine.controls.removeAnyInstance(stop)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('gave up another place') })
    expect(machine.replicas).toBe(2)
    expect(machine.rolling).toEqual([true, false])
  })

  test('settings of one replica alone are refused, and a swarm that makes no task has not done it', async () => {
    const machine = new Machine(1)
    await expect(machine.controls.addInstance({ changes: { env: { A: '1' } } })).rejects.toThrow(/gives to all tasks of a service or to none/)
    expect(machine.replicas).toBe(1)
  })
})
