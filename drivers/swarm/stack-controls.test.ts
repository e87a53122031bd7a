import { describe, expect, test } from 'vitest'
import { containerIdOf } from './fake-swarm.test-support.js'
import { Machine, stop } from './stack-machine.test-support.js'

describe('stopping', () => {
  test('the stop signal, then one task less, and its place is filled again by a start', async () => {
    const machine = new Machine()
    expect(await machine.controls.stop('replica-1', stop)).toMatchObject({ exitCode: 0, signal: null, killed: false, survivors: [] })
    expect([machine.sent, machine.replicas, machine.swarm.slots()]).toEqual([['SIGTERM 102'], 2, [1, 3]])
    expect(machine.toldToEnd).toEqual([containerIdOf({ id: 'task2' })])
    expect(await machine.state('replica-1')).toEqual({ pid: null, state: 'exited', restarts: 0 })
    await machine.controls.start('replica-1')
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    expect(await machine.state('replica-1')).toEqual({ pid: 104, state: 'running', restarts: 1 })
  })

  test('what does not end in time is killed, and is told so', async () => {
    const machine = new Machine()
    machine.ignores = ['SIGTERM']
    expect(await machine.controls.stop('replica-0', stop)).toMatchObject({ exitCode: null, signal: 'SIGKILL', killed: true })
    expect(machine.sent).toEqual(['SIGTERM 101', 'CRASH 101'])
    expect(machine.replicas).toBe(2)
  })

  test('a signal that was not sent is no stop: the replica goes on as before', async () => {
    const machine = new Machine()
    machine.refuses = 'a process gone'
    await expect(machine.controls.stop('replica-0', stop)).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect([machine.place('replica-0').mode, machine.replicas]).toEqual(['up', 3])
    expect(await machine.state('replica-0')).toMatchObject({ state: 'running', restarts: 0 })
  })

  test('a swarm that does without another one has lied: it is put back, and the stop is not done', async () => {
    const machine = new Machine()
    machine.swarm.givesUpRunning = true
    await expect(machine.controls.stop('replica-0', stop)).rejects.toThrow(/the swarm gave up another place instead/)
    expect([machine.place('replica-0').mode, machine.replicas]).toEqual(['up', 3])
  })

  test('several at once: whichever of them the swarm does without first, all of them are', async () => {
    const machine = new Machine()
    await Promise.all(['replica-2', 'replica-0', 'replica-1'].map((name) => machine.controls.stop(name, stop)))
    expect([machine.replicas, machine.swarm.slots()]).toEqual([0, []])
    await Promise.all(['replica-0', 'replica-1', 'replica-2'].map((name) => machine.controls.start(name)))
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    expect(machine.service.places.map(({ container }) => container !== undefined)).toEqual([true, true, true])
  })

  test('a task that is there again already is not taken for one that is down, and serves', async () => {
    const machine = new Machine()
    machine.replacesAtOnce = true
    await expect(machine.controls.stop('replica-2', stop)).rejects.toThrow(/the restart delay of the service is too short/)
    expect([machine.replicas, machine.swarm.slots()]).toEqual([3, [1, 2, 3]])
    await expect.poll(() => machine.state('replica-2')).toEqual({ pid: 104, state: 'running', restarts: 1 })
  })

  test('nothing is stopped that does not run, or that is not there', async () => {
    const machine = new Machine()
    machine.end('replica-0')
    await expect(machine.controls.stop('replica-0', stop)).rejects.toThrow(/no task that runs in its place/)
    await expect(machine.controls.stop('replica-7', stop)).rejects.toThrow(/only those of replica-0, replica-1, replica-2/)
    expect(machine.sent).toEqual([])
  })
})

describe('killing and keeping down', () => {
  test('what is killed all at once is left to the restart policy', async () => {
    const machine = new Machine()
    expect(await machine.controls.kill(['replica-0', 'replica-2'])).toEqual([{ target: 'replica-0', pid: 101 }, { target: 'replica-2', pid: 103 }])
    expect([machine.sent, machine.replicas]).toEqual([['CRASH 101 103'], 3])
    expect(await machine.state('replica-0')).toMatchObject({ pid: null, state: 'exited' })
    machine.swarm.replaceEnded()
    await expect.poll(() => machine.state('replica-0')).toMatchObject({ state: 'running', restarts: 1 })
  })

  test('one that is held stays down until it is released', async () => {
    const machine = new Machine()
    await machine.controls.hold('replica-1')
    await machine.controls.kill(['replica-1'])
    expect([machine.replicas, machine.swarm.slots()]).toEqual([2, [1, 3]])
    expect(await machine.state('replica-1')).toMatchObject({ state: 'held' })
    await expect(machine.controls.start('replica-1')).rejects.toThrow(/it held down/)
    await machine.controls.release('replica-1')
    expect(await machine.state('replica-1')).toMatchObject({ state: 'running' })
    await machine.controls.release('replica-1') // it is not held any more
    expect(machine.replicas).toBe(3)
  })

  test('a kill is not done where one of them had ended, and none is killed then', async () => {
    const machine = new Machine()
    machine.end('replica-1')
    await expect(machine.controls.kill(['replica-0', 'replica-1'])).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(machine.sent).toEqual([])
  })

  test('a kill that nothing died of is not done', async () => {
    const machine = new Machine()
    machine.ignores = ['CRASH']
    await expect(machine.controls.kill(['replica-0'])).rejects.toThrow(/them alive after/)
  })
})

describe('freezing', () => {
  test('the container is paused once and goes on; what died meanwhile needs no thaw', async () => {
    const machine = new Machine()
    await machine.controls.freeze('replica-0')
    expect(machine.place('replica-0').paused).toBe(true)
    await machine.controls.thaw('replica-0')
    await machine.controls.thaw('replica-0')
    expect(machine.asked).toEqual(['pause task1', 'unpause task1'])
    await machine.controls.freeze('replica-1')
    machine.end('replica-1')
    await machine.controls.thaw('replica-1')
    expect(machine.asked).toEqual(['pause task1', 'unpause task1', 'pause task2'])
  })

  test('an engine that does not pause is told, and nothing counts as frozen', async () => {
    const machine = new Machine()
    machine.pausing = async () => Promise.reject(Object.assign(new Error('cannot pause'), { statusCode: 500 }))
    await expect(machine.controls.freeze('replica-0')).rejects.toThrow(/pausing replica-0/)
    expect(machine.place('replica-0').paused).toBe(false)
  })

  test('what is frozen dies of a stop that waits in vain', async () => {
    const machine = new Machine()
    await machine.controls.freeze('replica-0')
    machine.ignores = ['SIGTERM']
    expect(await machine.controls.stop('replica-0', stop)).toMatchObject({ killed: true })
    expect(machine.place('replica-0').paused).toBe(false)
  })
})

test('of a stack that is lost, or being put back, no control says that it did anything', async () => {
  const machine = new Machine()
  machine.isEnded = true
  await expect(machine.controls.addInstance({})).rejects.toThrow(/is being put back/)
  expect(machine.replicas).toBe(3)
  machine.isLost = 'the engine is gone'
  const { controls } = machine
  for (const act of [() => controls.stop('replica-0', stop), () => controls.start('replica-0'), () => controls.hold('replica-0'), () => controls.release('replica-0'), () => controls.signal('replica-0', 'SIGHUP'), () => controls.kill(['replica-0']), () => controls.freeze('replica-0'), () => controls.thaw('replica-0'), () => controls.processState('replica-0')]) {
    await expect(act()).rejects.toMatchObject({ code: 'SW_MACHINE_LOST' })
  }
  expect([machine.sent, machine.asked]).toEqual([[], []])
})
