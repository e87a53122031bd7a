import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readProcess } from '../../operating-system/process-table.js'
import { answering, ask, component, controlsOf, descriptor, idle, testRun, within, wrapped, type Controls, type TestRun } from './deployment.test-support.js'

let run: TestRun
beforeEach(() => {
  run = testRun()
})
afterEach(() => run.end())

const pidOf = async (controls: Controls, target: string): Promise<number | null> => (await controls.processState(target)).pid
const exits = (target: string) => run.eventsOf('process-exited', target)

describe('supervision', () => {
  test('what is killed is restarted, with another pid, and all targets die at one instant', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...answering, count: 2 }, components: [component('store')] }))
    const controls = controlsOf(deployment)
    const targets = ['replica-0', 'replica-1', 'store']
    const before = await Promise.all(targets.map((target) => pidOf(controls, target)))
    const killed = await controls.kill(targets)
    expect(killed).toEqual(targets.map((target, index) => ({ target, pid: before[index] })))
    expect(before.map((pid) => readProcess(pid!))).toEqual([null, null, null])
    await expect.poll(() => targets.map((target) => run.eventsOf('process-started', target).length), within).toEqual([2, 2, 2])
    expect(await controls.processState('store')).toMatchObject({ state: 'running', restarts: 1 })
    expect(await pidOf(controls, 'store')).not.toBe(before[2])
    expect(exits('store')).toMatchObject([{ detail: { signal: 'SIGKILL', restartInMs: 100 } }])
  })

  test('policy never leaves it down, policy on-failure restarts a crash and not an orderly end', async () => {
    const replicas = { ...idle, restart: 'never', count: 1 } as const
    const components = [component('orderly', { ...answering, restart: 'on-failure' }), component('failing', { ...idle, command: ['sh', '-c', 'exit 1'], restart: 'on-failure' })]
    const deployment = await run.deploy(descriptor({ replicas, components }))
    const controls = controlsOf(deployment)
    await controls.kill(['replica-0'])
    await expect.poll(() => exits('replica-0'), within).toMatchObject([{ detail: { restartInMs: null } }])
    expect(await controls.processState('replica-0')).toEqual({ pid: null, state: 'exited', restarts: 0 })

    await controls.signal('orderly', 'SIGTERM')
    await expect.poll(() => exits('orderly'), within).toMatchObject([{ detail: { restartInMs: null } }])
    await expect.poll(() => exits('failing').length, within).toBeGreaterThanOrEqual(3)
    expect(exits('failing').slice(0, 3).map((event) => event.detail['restartInMs'])).toEqual([100, 200, 400])
  })

  test('a child that outlives a wrapper does not keep the port of the next start', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...wrapped, count: 1 } }))
    const controls = controlsOf(deployment)
    const url = deployment.instances[0]!.url
    await expect.poll(() => ask(url), within).not.toBeNull()
    const child = (await ask(url))!.pid
    process.kill((await pidOf(controls, 'replica-0'))!, 'SIGKILL') // the wrapper alone
    await expect.poll(async () => (await ask(url))?.pid ?? child, within).not.toBe(child)
  })
})

describe('stop and start', () => {
  test('an orderly stop gives the exit code, is not restarted, and start brings it back', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...answering, count: 1 } }))
    const controls = controlsOf(deployment)
    await expect.poll(() => ask(deployment.instances[0]!.url), within).not.toBeNull()
    const result = await controls.stop('replica-0', { signal: 'SIGTERM', graceMs: 10_000 })
    expect(result).toEqual({ exitCode: 0, signal: null, killed: false, durationMs: expect.any(Number), survivors: [] })
    expect(exits('replica-0')).toMatchObject([{ detail: { code: 0, restartInMs: null } }])
    expect(await controls.processState('replica-0')).toMatchObject({ state: 'exited', pid: null })
    await expect(controls.stop('replica-0', { signal: 'SIGTERM', graceMs: 10 })).rejects.toThrow('replica-0 is not running')
    await controls.start('replica-0')
    await controls.start('replica-0')
    expect(run.eventsOf('process-started', 'replica-0')).toHaveLength(2)
    await expect.poll(() => ask(deployment.instances[0]!.url), within).not.toBeNull()
  })

  test('what ignores the signal is killed after the grace period', async () => {
    const stubborn = { ...idle, command: ['sh', '-c', 'trap "" TERM; touch {run}/trapped; while :; do sleep 0.05; done'] }
    const deployment = await run.deploy(descriptor({ replicas: { ...stubborn, count: 1 } }))
    await expect.poll(() => existsSync(join(run.directory, '1/run/trapped')), within).toBe(true)
    const result = await controlsOf(deployment).stop('replica-0', { signal: 'SIGTERM', graceMs: 300 })
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', killed: true, survivors: [] })
    expect(result.durationMs).toBeGreaterThanOrEqual(300)
  })

  test('the child of a wrapper that does not pass the signal on is a survivor, and is ended', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...wrapped, count: 1 } }))
    const url = deployment.instances[0]!.url
    await expect.poll(() => ask(url), within).not.toBeNull()
    const child = (await ask(url))!.pid
    const result = await controlsOf(deployment).stop('replica-0', { signal: 'SIGTERM', graceMs: 10_000 })
    expect(result).toMatchObject({ signal: 'SIGTERM', killed: false, survivors: [expect.stringMatching(new RegExp(`^${child} .*node`))] })
    expect(readProcess(child)).toBeNull()
  })
})

describe('freeze, hold', () => {
  test('what is frozen accepts connections and answers nothing until it is thawed', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...wrapped, count: 1 } }))
    const controls = controlsOf(deployment)
    const url = deployment.instances[0]!.url
    await expect.poll(() => ask(url), within).not.toBeNull()
    const child = (await ask(url))!.pid
    await controls.freeze('replica-0')
    expect(readProcess(child)?.state).toBe('T')
    expect(await ask(url, 200)).toBeNull()
    await controls.thaw('replica-0')
    await controls.thaw('replica-0')
    expect(await ask(url, 10_000)).toMatchObject({ pid: child })
    expect(exits('replica-0')).toEqual([])
  })

  test('what is held stays down when it is killed, until it is released', async () => {
    const deployment = await run.deploy(descriptor({ replicas: { ...idle, count: 1 } }))
    const controls = controlsOf(deployment)
    await controls.hold('replica-0')
    expect(await controls.processState('replica-0')).toMatchObject({ state: 'running' })
    await controls.kill(['replica-0'])
    await expect.poll(() => exits('replica-0'), within).toMatchObject([{ detail: { restartInMs: null } }])
    expect(await controls.processState('replica-0')).toMatchObject({ state: 'held', pid: null })
    await expect(controls.start('replica-0')).rejects.toThrow('held down')
    await expect(controls.kill(['replica-0'])).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    await controls.release('replica-0')
    expect(await controls.processState('replica-0')).toMatchObject({ state: 'running', pid: expect.any(Number) })
  })

  test('what cannot be started when its hold is taken back is told: nothing was put back', async () => {
    const program = join(run.directory, 'program.sh')
    writeFileSync(program, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 })
    const deployment = await run.deploy(descriptor({ replicas: { ...idle, command: [program], count: 1 } }))
    const controls = controlsOf(deployment)
    await controls.hold('replica-0')
    await controls.kill(['replica-0'])
    await expect.poll(() => exits('replica-0'), within).toHaveLength(1)
    rmSync(program)
    await expect(controls.release('replica-0')).rejects.toThrow('ENOENT')
  })
})

describe.each(['orderly', 'power-loss'] as const)('reboot: %s', (manner) => {
  test('ends everything, wipes what is volatile, and starts what the boot entry names', async () => {
    const replicas = { ...answering, count: 2 }
    const components = [component('store'), component('by-hand', { ...idle, startAtBoot: false })]
    const deployment = await run.deploy(descriptor({ replicas, components }))
    const controls = controlsOf(deployment)
    const folder = join(run.directory, '1')
    const bootIdFile = join(folder, 'run/machine-boot-id')
    const bootId = readFileSync(bootIdFile, 'utf8').trim()
    const targets = ['replica-0', 'replica-1', 'store', 'by-hand']
    const before = await Promise.all(targets.map((target) => pidOf(controls, target)))
    expect(before).not.toContain(null)
    writeFileSync(join(folder, 'run/volatile'), '')
    writeFileSync(join(folder, 'data/store/kept'), '')
    writeFileSync(join(folder, 'machine/units/replica-1.json'), JSON.stringify({ startAtBoot: false }))

    const { bootIdBefore, bootIdAfter } = await controls.reboot(manner)
    expect(bootIdBefore).toBe(bootId)
    expect(bootIdAfter).not.toBe(bootId)
    expect(readFileSync(bootIdFile, 'utf8').trim()).toBe(bootIdAfter)
    expect(before.map((pid) => readProcess(pid!))).toEqual([null, null, null, null])
    expect([existsSync(join(folder, 'run/volatile')), existsSync(join(folder, 'data/store/kept'))]).toEqual([false, true])

    const after = await Promise.all(targets.map(async (target) => (await controls.processState(target)).state))
    expect(after).toEqual(['running', 'exited', 'running', 'exited'])
    for (const target of targets) expect(exits(target)).toHaveLength(1)
    expect(run.events.flatMap((event) => (event.target === 'machine' ? [event.name] : []))).toEqual(['machine-booted', 'machine-down', 'machine-booted'])
    await expect.poll(() => ask(deployment.instances[0]!.url), within).not.toBeNull()
    await controls.start('replica-1')
    await expect.poll(() => ask(deployment.instances[1]!.url), within).not.toBeNull()
  })
})

test('an orderly reboot lets services end by themselves, replicas before the components they need', async () => {
  const recording = (name: string) => ({ ...idle, command: ['sh', '-c', `trap "echo ${name} >> {data}/../ended; exit 0" TERM; touch {run}/{instance}; while :; do sleep 0.02; done`] })
  const deployment = await run.deploy(descriptor({ replicas: { ...recording('replica'), count: 1 }, components: [component('first', recording('first')), component('second', recording('second'))] }))
  const trapped = (name: string) => existsSync(join(run.directory, '1/run', name))
  await expect.poll(() => ['first', 'second', 'replica-0'].every(trapped), within).toBe(true)
  await controlsOf(deployment).reboot('orderly')
  expect(readFileSync(join(run.directory, '1/data/ended'), 'utf8')).toBe('replica\nsecond\nfirst\n')
})
