import { describe, expect, test } from 'vitest'
import { scriptedServiceOf, type ScriptedService, type ServiceScript } from '../configuration/scripted-service.test-support.js'
import { scenario } from './every-operation-can-be-left-to-a-program.scenario.js'
import type { Repetition } from './repetition.js'
import { requirements } from './requirements.js'
import type { Trial } from './trial.js'

const worldOf = (script: Partial<ServiceScript> = {}): ScriptedService => scriptedServiceOf({ requirements, ...script })
async function exercised(script: Partial<ServiceScript> = {}): Promise<ScriptedService> {
  const world = worldOf(script)
  await scenario.exercise(world.context)
  return world
}
const isOperation = (call: string): boolean => /^(drain|undrain|config\.apply|config\.restore|backup\.create|toggles\.set|stop|start) /.test(call)
const operations = ({ calls }: ScriptedService): string[] => calls.filter(isOperation)
const trials = (world: ScriptedService, name: string): Trial[] => world.observed('trial', name) as Trial[]
const changing = ['config.apply', 'config.restore', 'backup.create', 'toggles.set']

describe('every operation is tried', () => {
  const selected = ['OPER-01']
  test('the spare instance is drained, undrained, stopped and started while what cannot succeed is tried, and the rest comes after', async () => {
    const world = await exercised({ selected })
    const order = operations(world)
    expect(order.filter((call) => call.includes('instance-'))).toEqual(['drain instance-1 proper', 'undrain instance-1 proper', 'stop instance-1 proper', 'start instance-1 proper'])
    expect(order.filter((call) => !call.includes('instance-'))).toEqual(['failing', 'proper'].flatMap((form) => changing.map((name) => `${name} balancer ${form}`)))
    expect(order.indexOf('start instance-1 proper')).toBeLessThan(order.indexOf('config.apply balancer proper'))
    expect(world.loads).toEqual([])
  })

  test('each trial tells what was said and what was seen before and after', async () => {
    const world = await exercised({ selected })
    for (const name of changing) {
      expect(trials(world, name), name).toMatchObject([{ form: 'failing', ok: false, status: 422, effectAfter: false }, { form: 'proper', ok: true, status: 200, effectBefore: false, effectAfter: true }])
    }
    for (const name of ['drain', 'undrain', 'stop', 'start']) expect(trials(world, name), name).toMatchObject([{ form: 'proper', ok: true, effectBefore: false, effectAfter: true }])
  })

  test('where one of the two values is in force already, the other one shows what was done and what was not', async () => {
    const world = worldOf()
    await world.context.control.perform(world.context.service.config!.apply!, { name: 'before', target: 'balancer', label: 'before', values: { configuration: 'title: south\nseconds: 10\n' } })
    await scenario.exercise(world.context)
    for (const name of ['config.apply', 'config.restore']) expect(trials(world, name), name).toMatchObject([{ form: 'failing', ok: false, effectBefore: false, effectAfter: false }, { form: 'proper', ok: true, effectBefore: false, effectAfter: true }])
    expect(world.observed('repetition', 'config.apply')).not.toEqual([])
  })

  test('an operation that says no is written down as it was, and the next ones are tried', async () => {
    const world = await exercised({ selected, refused: ['drain'] })
    expect(trials(world, 'drain')).toMatchObject([{ form: 'proper', ok: false, effectAfter: false }])
    expect(operations(world)).toContain('start instance-1 proper')
  })

  test.each([
    ['ended by the stop signal', { exitCode: null, signal: 'SIGTERM' }, { ok: true, exitCode: 143 }],
    ['ended by another one', { exitCode: null, signal: 'SIGSEGV' }, { ok: false, exitCode: 139 }],
    ['ended by one whose number is not known', { exitCode: null, signal: 'SIGSTKFLT' }, { ok: false, exitCode: -1 }],
    ['had to be killed where nobody is told how it ended', { exitCode: null, killed: true }, { ok: false, exitCode: -1 }],
    ['ended with a code that is not allowed', { exitCode: 3 }, { ok: false, exitCode: 3 }],
    ['had to be killed', { exitCode: null, signal: 'SIGKILL', killed: true }, { ok: false, exitCode: 137 }],
    ['ended where nobody is told how', { exitCode: null }, { ok: true }],
  ] as const)('a stop is as good as its exit code, as START-04 reads it: %s', async (_name, result, expected) => {
    const world = worldOf({ selected })
    const { service } = world.context
    const stop = world.context.control.stop.bind(world.context.control)
    const allowing = { ...service, lifecycle: { ...service.lifecycle, stop: { ...service.lifecycle.stop, allowedExitCodes: [0, 143] } } }
    await scenario.exercise({ ...world.context, service: allowing, control: { ...world.context.control, stop: async (target, label) => ({ ...(await stop(target, label)), signal: null, ...result }) } })
    const [trial] = trials(world, 'stop')
    expect({ ok: trial?.ok, ...(trial?.exitCode === undefined ? {} : { exitCode: trial.exitCode }) }).toEqual(expected)
  })

  test('an instance that cannot be stopped is not started either', async () => {
    const world = await exercised({ selected, impossible: ['stop'] })
    expect(operations(world)).not.toContain('start instance-1 proper')
    expect(trials(world, 'stop')).toEqual([])
    expect(trials(world, 'toggles.set')).toHaveLength(2)
  })

  test('without an archive the configuration is left alone', async () => {
    const world = await exercised({ selected, refused: ['config.archive'] })
    expect(operations(world).filter((call) => call.startsWith('config.'))).toEqual([])
    expect(world.facts['configuration-unread']).toBe(true)
    expect(world.facts['operator-tasks']).toEqual(['drain', 'undrain', 'backup.create', 'toggles.set'].map((name) => expect.objectContaining({ name })))
    expect(world.facts['operations-beyond-trial']).toEqual([])
  })

  test('what is declared without what could show it is said', async () => {
    const world = worldOf({ selected })
    const { service } = world.context
    const { archive: _, ...config } = service.config!
    await scenario.exercise({ ...world.context, service: { ...service, config } })
    expect(operations(world).filter((call) => call.startsWith('config.'))).toEqual([])
    expect(world.facts['operations-beyond-trial']).toEqual(['config.apply', 'config.restore'].map((name) => ({ name, reason: 'that takes config.archive as well, which the descriptor does not declare', mayBeDeclared: true })))
  })

  test.each([['OPER-01'], ['OPER-02']])('what the driver leaves alone is not done, and said (%s)', async (id) => {
    const reason = 'it cannot be put back'
    const world = await exercised({ selected: [id], leftAlone: { 'config.apply': { reason, mayBeAllowed: true }, 'config.restore': { reason, mayBeAllowed: true }, 'toggles.set': { reason, mayBeAllowed: false } } })
    expect(operations(world).filter((call) => /^(config\.(apply|restore)|toggles)/.test(call))).toEqual([])
    expect(operations(world).filter((call) => /^(drain|backup)/.test(call))).not.toEqual([])
    expect(world.facts['operations-beyond-trial']).toEqual([['config.apply', true], ['config.restore', true], ['toggles.set', false]].map(([name, mayBeDeclared]) => ({ name, reason, mayBeDeclared })))
    expect(world.facts['operator-tasks']).toEqual(['drain', 'undrain', 'backup.create'].map((name) => expect.objectContaining({ name })))
  })
})

describe('every operation is repeated', () => {
  const selected = ['OPER-02']
  const modes = ['single', 'again', 'concurrent-first', 'concurrent-second']
  const inTurn = (name: string, target: string, reset?: string): string[] => {
    const [single, again, first, second] = modes.map((mode) => `${name} ${target} ${mode}`)
    return [single!, again!, ...(reset === undefined ? [] : [`${reset} ${target} reset`]), first!, second!]
  }
  test('once, once more, and from the state before twice at once, under traffic', async () => {
    const world = await exercised({ selected })
    const order = world.calls.filter((call) => isOperation(call) || /^(load|stop-load|reconcile) /.test(call))
    expect(order).toEqual([
      'load background',
      ...inTurn('drain', 'instance-1', 'undrain'),
      ...inTurn('undrain', 'instance-1', 'drain'),
      ...inTurn('config.apply', 'balancer', 'config.apply'),
      ...inTurn('backup.create', 'balancer'),
      ...inTurn('toggles.set', 'balancer', 'toggles.set'),
      'stop-load background',
    ])
    expect(world.isReady('instance-1')).toBe(true)
    expect(world.facts['ledger-kept']).toBe(false)
  })

  test('the second of two at once begins before the first has ended, and the state is read after each', async () => {
    const world = await exercised({ selected })
    for (const name of ['drain', 'undrain', 'config.apply', 'backup.create', 'toggles.set']) {
      const [found] = world.observed('repetition', name) as Repetition[]
      expect(found?.effects, name).toEqual({ before: false, single: true, again: true, ...(name === 'backup.create' ? {} : { beforeConcurrent: false }), concurrent: true })
      expect(found?.runs.map(({ mode }) => mode)).toEqual(modes)
      const [first, second] = (found?.runs ?? []).slice(2)
      expect(second!.startedAtMs, name).toBeLessThan(first!.startedAtMs + first!.tookMs)
      expect(found?.again, name).toEqual(found?.single)
      expect(found?.concurrent, name).toEqual(found?.single)
    }
    const [drained] = world.observed('repetition', 'drain') as Repetition[]
    expect(drained?.before).toMatchObject({ 'instance-1 is ready': 'true' })
    expect(drained?.single).toMatchObject({ 'instance-0 is ready': 'true', 'instance-1 is ready': 'false', 'title on instance-0': '"Ledger"', 'archived /seconds': '10' })
  })

  test('the load goes on until enough was sent, and ends before the end is written down', async () => {
    const { calls, elapsedMs } = await exercised({ selected, profile: 'standard' })
    expect(elapsedMs()).toBeGreaterThan(1_000 / 40 * 1_000)
    expect(calls.indexOf('stop-load background')).toBeLessThan(calls.indexOf('observe repetitions-ended scenario'))
  })

  test('an operation that says no twice is written down as it was', async () => {
    const [found] = (await exercised({ selected, refused: ['toggles.set'] })).observed('repetition', 'toggles.set') as Repetition[]
    expect(found?.runs.map(({ ok }) => ok)).toEqual([false, false, false, false])
    expect(found?.effects).toEqual({ before: false, single: false, again: false, beforeConcurrent: false, concurrent: false })
  })

  test('what an earlier step left as the operation would leave it is taken back before', async () => {
    const world = await exercised({ selected: ['OPER-01', 'OPER-02'] })
    const order = operations(world)
    expect(order.slice(order.indexOf('toggles.set balancer before'))).toEqual(['toggles.set balancer before', ...inTurn('toggles.set', 'balancer', 'toggles.set')])
    expect(order.filter((call) => call.endsWith(' before'))).toHaveLength(1)
    expect(world.observed('repetition', 'toggles.set')).toMatchObject([{ effects: { before: false, single: true } }])
  })
})

test('both are done one after the other where both are selected', async () => {
  const order = operations(await exercised())
  expect(order.indexOf('toggles.set balancer proper')).toBeLessThan(order.indexOf('drain instance-1 single'))
})

test.each([['drain instance-1 proper', 'OPER-01'], ['backup.create balancer proper', 'OPER-01'], ['undrain instance-1 reset', 'OPER-02']])('nothing is carried out any more once the run was given up at %s', async (abortAt, id) => {
  const world = worldOf({ abortAt, selected: [id] })
  await expect(scenario.exercise(world.context)).rejects.toThrow('given up')
  const order = operations(world)
  expect(order.slice(order.indexOf(abortAt) + 1)).toEqual([])
})
