import { describe, expect, test } from 'vitest'
import { scenario as aDrainEnds } from './a-drain-ends.scenario.js'
import { scenario as behindBalancer } from './draining-is-invisible-through-the-balancer.scenario.js'
import { scenario as inFlight } from './in-flight-requests-complete.scenario.js'
import { scripted, scriptedService, type Script, type Scripted } from './scripted-context.test-support.js'
import { stragglerOperation } from './straggler-operation.js'

const exercised = async (scenario: typeof inFlight, script: Script = {}): Promise<Scripted> => {
  const world = scripted(script)
  await scenario.exercise(world.context)
  return world
}
const procedures = ({ calls }: Scripted): string[] => calls.filter((call) => /^(drain|undrain|stop|start|kill|reboot) /.test(call))
const before = ({ calls }: Scripted, first: string, second: string): boolean => {
  const [a, b] = [first, second].map((start) => calls.findIndex((call) => call.startsWith(start)))
  return a !== -1 && b !== -1 && a! < b!
}

describe('in-flight requests complete', () => {
  test('drains with proven requests, reads their effects, undrains, and kills another replica once', async () => {
    const world = await exercised(inFlight)
    expect(procedures(world)).toEqual(['drain instance-0 drain-1', 'undrain instance-0 undone', 'kill instance-1 kill-control'])
    expect(world.calls.filter((call) => call.startsWith('witnesses'))).toEqual(['witnesses drain-1 instance-0 10', 'witnesses kill-control instance-1 10'])
    expect(before(world, 'witnesses drain-1', 'drain instance-0')).toBe(true)
    expect(before(world, 'ended drain-1', 'effects drain-1')).toBe(true)
    expect(world.calls.filter((call) => call.startsWith('observe returned'))).toEqual(['observe returned instance-0 {"ready":true,"inRotation":true}', 'observe returned instance-1 {"ready":true,"inRotation":true}'])
    expect(world.calls.at(-1)).toBe('stop-load background')
  })

  test('standard drains three times, over all replicas in turn, with one kill', async () => {
    const world = await exercised(inFlight, { profile: 'standard' })
    expect(procedures(world).filter((call) => !call.startsWith('undrain'))).toEqual(['drain instance-0 drain-1', 'drain instance-1 drain-2', 'drain instance-0 drain-3', 'kill instance-1 kill-control'])
  })

  test('stops and starts where there is no undrain, where it fails, and where it does not help', async () => {
    const expected = ['stop instance-0 restore', 'start instance-0 restore']
    const { undrain: _, ...lifecycle } = scriptedService().lifecycle
    expect(lifecycle.drain).toBeDefined()
    expect(procedures(await exercised(inFlight, { impossible: ['undrain'] }))).toEqual(expect.arrayContaining(expected))
    expect(procedures(await exercised(inFlight, { notReady: 2 }))).toEqual(expect.arrayContaining(expected))
    const exits = { ...lifecycle.drain!, endsInExit: true }
    expect(procedures(await exercised(inFlight, { lifecycle: { drain: exits } }))).not.toContain('undrain instance-0 restore')
  })

  test('stops and starts where the declared drain is left alone, as the signal that stood for it leaves nothing to undrain', async () => {
    const world = await exercised(inFlight, { selected: ['DRAIN-03'], leftAlone: { 'lifecycle.drain': { reason: 'a drain is that of its node', mayBeAllowed: false } } })
    expect(procedures(world)).toEqual(['drain instance-0 drain-1', 'stop instance-0 restore', 'start instance-0 restore', 'kill instance-1 kill-control'])
  })

  test('takes its own way back where no undrain is judged', async () => {
    expect(procedures(await exercised(inFlight, { selected: ['DRAIN-03'] }))).toEqual(['drain instance-0 drain-1', 'undrain instance-0 restore', 'kill instance-1 kill-control'])
  })

  test('drains once, kills nothing and needs no witnesses where only the way back is judged', async () => {
    const world = await exercised(inFlight, { profile: 'standard', selected: ['DRAIN-08'] })
    expect(procedures(world)).toEqual(['drain instance-0 drain-1', 'undrain instance-0 undone'])
    expect(world.calls.filter((call) => call.startsWith('witnesses'))).toEqual([])
  })

  test('goes on when nothing comes back, and says so', async () => {
    const world = await exercised(inFlight, { notReady: 99, impossible: ['stop', 'start'] })
    expect(procedures(world)).toContain('kill instance-1 kill-control')
    expect(world.calls).toContain('observe returned instance-0 {"ready":false,"inRotation":false}')
  })

  test('drains once more, and only once, when too few requests could be proven', async () => {
    const world = await exercised(inFlight, { proven: 4 })
    expect(procedures(world).filter((call) => call.startsWith('drain'))).toHaveLength(2)
  })

  test('does not go on from a drain that cannot be made', async () => {
    await expect(exercised(inFlight, { impossible: ['drain'] })).rejects.toThrow('drain')
  })
})

describe('draining is invisible through the balancer', () => {
  test('qualifies, drains under traffic, stops, and starts again, in this order', async () => {
    const world = await exercised(behindBalancer)
    const order = ['qualify', 'load background', 'keep-alive 20', 'load straggler', 'witnesses behind-balancer instance-0 5 balancer', 'drain instance-0', 'stop-load straggler', 'stop-load keep-alive', 'stop-sample', 'stop instance-0', 'start instance-0', 'rotation instance-0', 'stop-load background']
    expect(world.calls.filter((call) => order.some((one) => call.startsWith(one)))).toEqual(order.map((one) => expect.stringContaining(one)))
  })

  test('sends enough for the thresholds, and directly with one operation on new connections', async () => {
    const world = await exercised(behindBalancer, { profile: 'standard' })
    expect(world.loads.map(({ name, ratePerSecond, via, connections, operations }) => [name, ratePerSecond, via, connections, operations])).toEqual([
      ['background', 100, 'balancer', 'keep-alive', 'mixed'],
      ['straggler', 50, 'instance-0', 'fresh', ['order']],
    ])
    expect(world.elapsedMs()).toBeGreaterThan(35_000)
  })

  test('takes less than 20 s in the quick profile, also by its own estimate', async () => {
    const world = await exercised(behindBalancer)
    expect(world.elapsedMs()).toBeLessThan(20_000)
    expect(behindBalancer.expectedMs(scriptedService(), 'quick')).toBeLessThan(20_000)
    expect(inFlight.expectedMs(scriptedService(), 'quick')).toBeLessThan(14_000)
    expect(aDrainEnds.expectedMs(scriptedService(), 'quick')).toBeLessThan(12_000)
  })

  test('watches connections that are never told to close beyond the limit, then goes on', async () => {
    const world = await exercised(behindBalancer, { neverEnds: true })
    expect(world.elapsedMs()).toBeGreaterThan(15_000 + 4_000)
    expect(procedures(world)).toContain('stop instance-0 behind-balancer')
  })

  test('leaves out what no selected requirement needs', async () => {
    const { calls } = await exercised(behindBalancer, { selected: ['DRAIN-01'] })
    expect(calls.filter((call) => /^(qualify|keep-alive|load straggler)/.test(call))).toEqual([])
    expect(calls).toContain('drain instance-0 behind-balancer')
  })

  test('goes on when the replica cannot be stopped or started', async () => {
    const { calls } = await exercised(behindBalancer, { impossible: ['stop', 'start'] })
    expect(calls).toContain('observe returned instance-0 {"ready":false,"inRotation":false}')
    expect(calls.at(-1)).toBe('stop-load background')
  })
})

describe('a drain ends', () => {
  test('drains with one stuck and five ordinary requests, and lets the stuck one go last', async () => {
    const world = await exercised(aDrainEnds)
    const order = ['stuck stuck instance-0', 'witnesses ordinary instance-0 5', 'drain instance-0 with-stuck-request', 'ended stuck', 'release stuck', 'undrain instance-0 restore']
    expect(world.calls.filter((call) => order.includes(call))).toEqual(order)
  })

  test('holds a request that the service never ends until the deadline and its slack have passed', async () => {
    const world = await exercised(aDrainEnds, { neverEnds: true })
    expect(before(world, 'ended stuck', 'release stuck')).toBe(true)
    expect(world.elapsedMs()).toBeGreaterThan(10_000)
    expect(world.elapsedMs()).toBeLessThan(14_000)
  })

  test('waits for the exit where the drain is declared to end in one', async () => {
    const { undrain: _, ...lifecycle } = scriptedService().lifecycle
    const { calls } = await exercised(aDrainEnds, { lifecycle: { drain: { ...lifecycle.drain!, endsInExit: true } } })
    expect(calls).toContain('until instance-0 has exited')
  })
})

describe('the operation for stragglers', () => {
  const service = scriptedService()
  test('prefers the write that can be read back, then effects, then a POST, and never one that lasts', () => {
    const { read, order } = service.traffic
    const put = { ...order!, name: 'put', method: 'PUT' }
    const data = { write: put, readStrong: read!, maxLagMs: 0 }
    expect(stragglerOperation({ ...service, data }).name).toBe('put')
    expect(stragglerOperation({ ...service, traffic: { put, read: read!, order: order! } }).name).toBe('order')
    const counted = { ...put, name: 'counted', effect: { path: '/count', pointer: '/n' } }
    expect(stragglerOperation({ ...service, traffic: { order: order!, counted } }).name).toBe('counted')
    expect(stragglerOperation({ ...service, traffic: { slow: service.traffic['slow']!, read: read! } }).name).toBe('read')
  })
})
