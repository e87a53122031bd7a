import { expect, test } from 'vitest'
import type { ContainerExit, EngineEvents } from '../docker/engine-events.js'
import type { ContainerProcess, SignalSender } from '../docker/signal-sender.js'
import type { Engine } from './project.js'
import { ProjectUnit } from './project-unit.js'

const stop = { signal: 'SIGTERM', graceMs: 60_000 } as const

/** A container that takes its time to end, and what was asked of its engine. */
function slowContainer() {
  const world = { pid: 7, ended: false, answering: true, asked: [] as string[], end: (_: ContainerExit): void => {}, answer: (): void => {} }
  const container = {
    inspect: async () => ({ State: { Running: world.pid !== 0, Restarting: false, Paused: false, Pid: world.pid }, RestartCount: 0 }),
    update: async ({ RestartPolicy: { Name: name } }: { readonly RestartPolicy: { readonly Name: string } }) => {
      if (!world.answering) await new Promise<void>((resolve) => (world.answer = resolve))
      world.asked.push(`policy ${name}`)
    },
    pause: async () => void world.asked.push('pause'),
  }
  const docker = { getContainer: () => container } as unknown as Engine
  const events = { nextExit: () => new Promise<ContainerExit>((resolve) => (world.end = resolve)), expect: () => {} } as unknown as EngineEvents
  const signals = { send: async (signal: string, to: readonly ContainerProcess[]) => void world.asked.push(`${signal} ${to[0]?.pid}`) } as unknown as SignalSender
  const unit = new ProjectUnit('replica-0', { id: 'a', name: 'app-1', policy: 'always', retriesMax: 0 }, { docker, events, signals, isEnded: () => world.ended })
  return { world, unit }
}

test('a stop that is cut short is known when the project is put back', async () => {
  const { world, unit } = slowContainer()
  expect(await unit.isEnding()).toBe(false)
  const stopping = unit.stop(stop)
  await expect.poll(() => world.asked).toEqual(['policy no', 'SIGTERM 7'])
  expect(await unit.isEnding()).toBe(true)
  world.pid = 8 // somebody was quicker
  expect(await unit.isEnding()).toBe(false)
  world.pid = 0
  world.end({ code: 0, signal: null, atHrtimeMs: 0 })
  expect(await stopping).toMatchObject({ exitCode: 0, killed: false })
  expect(await unit.isEnding()).toBe(false)
})

test('what the engine was asked is waited for before the project is put back', async () => {
  const { world, unit } = slowContainer()
  world.answering = false
  const holding = unit.hold()
  await new Promise((resolve) => setTimeout(resolve, 20))
  const looked = unit.isEnding().then(() => [...world.asked])
  world.answer()
  expect(await looked).toEqual(['policy no'])
  await holding
})

test('nothing is done to a project any more that is being put back', async () => {
  const { world, unit } = slowContainer()
  world.ended = true
  for (const act of [() => unit.stop(stop), () => unit.hold(), () => unit.leaveDown(), () => unit.freeze()]) await expect(act()).rejects.toThrow('is being put back')
  expect(world.asked).toEqual([])
})
