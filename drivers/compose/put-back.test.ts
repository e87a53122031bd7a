import { expect, test } from 'vitest'
import type { Engine } from './project.js'
import { putBack, type Found } from './put-back.js'

interface State {
  readonly Running: boolean
  readonly Paused?: boolean
  readonly Restarting?: boolean
}
const found: Found = { id: 'a', name: 'app-1', policy: 'unless-stopped', retriesMax: 0 }

/** An engine of one container that writes down what it is asked. */
function engineWith(state: State, { policy = 'unless-stopped', refuse = {} }: { readonly policy?: string; readonly refuse?: Readonly<Record<string, number>> } = {}): { readonly engine: Engine; readonly asked: string[] } {
  const asked: string[] = []
  const ask = async (what: string): Promise<void> => {
    const status = refuse[what.split(' ')[0] ?? '']
    if (status !== undefined) throw Object.assign(new Error(`${what} refused`), { statusCode: status })
    asked.push(what)
  }
  const container = {
    inspect: async () => {
      if (refuse['inspect'] !== undefined) throw Object.assign(new Error('no such container'), { statusCode: refuse['inspect'] })
      return { State: { Paused: false, Restarting: false, ...state }, HostConfig: { RestartPolicy: { Name: policy, MaximumRetryCount: 0 } }, NetworkSettings: { Networks: {} } }
    },
    unpause: () => ask('unpause'),
    start: () => ask('start'),
    restart: () => ask('restart'),
    update: (given: { readonly RestartPolicy: { readonly Name: string } }) => ask(`policy ${given.RestartPolicy.Name}`),
  }
  return { engine: { getContainer: () => container } as unknown as Engine, asked }
}

test('what is as it was found is left alone', async () => {
  const { engine, asked } = engineWith({ Running: true })
  expect(await putBack(engine, [found])).toEqual([])
  expect(asked).toEqual([])
})

test('a stopped container without its policy gets both back, the policy first', async () => {
  const { engine, asked } = engineWith({ Running: false }, { policy: 'no' })
  expect(await putBack(engine, [found])).toEqual([])
  expect(asked).toEqual(['policy unless-stopped', 'start'])
})

test('a paused one goes on', async () => {
  const { engine, asked } = engineWith({ Running: true, Paused: true })
  await putBack(engine, [found])
  expect(asked).toEqual(['unpause'])
})

test('a replica that was ready and is not any more is started anew', async () => {
  const { engine, asked } = engineWith({ Running: true })
  await putBack(engine, [{ ...found, readiness: { port: 1, path: '/ready' } }], 0)
  expect(asked).toEqual(['restart'])
})

test('one that starts anew is not started once more because it is not ready at once', async () => {
  const { engine, asked } = engineWith({ Running: false })
  await putBack(engine, [{ ...found, readiness: { port: 1, path: '/ready' } }], 0)
  expect(asked).toEqual(['start'])
})

test('one that was told to end and still runs is not left to end later', async () => {
  const { engine, asked } = engineWith({ Running: true }, { policy: 'no' })
  await putBack(engine, [{ ...found, isEnding: true }])
  expect(asked).toEqual(['policy unless-stopped', 'restart'])
})

test('what cannot be put back is told, and what somebody removed is nobody’s to put back', async () => {
  expect(await putBack(engineWith({ Running: false }, { refuse: { start: 500 } }).engine, [found])).toEqual(['container app-1: start refused'])
  expect(await putBack(engineWith({ Running: false }, { refuse: { start: 304 } }).engine, [found])).toEqual([])
  expect(await putBack(engineWith({ Running: true }, { refuse: { inspect: 404 } }).engine, [found])).toEqual([])
})
