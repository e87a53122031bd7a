import { expect, test } from 'vitest'
import { parseDescriptor } from '../../engine/load-descriptor.js'
import { cleanStack } from './clean-stack.js'
import { fakeSwarm, specOf, type FakeSwarm } from './fake-swarm.test-support.js'
import { claimStack, type FoundStack } from './found-stack.js'
import { foundLabel, ownerLabel } from './service-labels.js'

const service = parseDescriptor('schema: seaworthy/v1\nservice: shop\ntarget: { kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080" }\nhealth: { readiness: /ready }\ntraffic: { read: { http: GET /x } }\n', '/tmp/seaworthy.yaml', {})
const found: FoundStack = { runId: 'r1', services: [{ id: 'api', name: 'shop_api', replicas: 3 }] }
const clean = (swarm: FakeSwarm, force = false) => cleanStack(service, { force }, async () => swarm.engine)
const label = (swarm: FakeSwarm, name: string, value: string): void => {
  swarm.spec = { ...swarm.spec, Labels: { ...swarm.spec.Labels, [name]: value } }
}

async function claimed(): Promise<FakeSwarm> {
  const swarm = fakeSwarm({ replicas: 3 })
  await claimStack(swarm.engine, found)
  swarm.scale(2)
  return swarm
}

test('a stack that no run has is left alone', async () => {
  expect(await clean(fakeSwarm({ replicas: 3 }))).toEqual({ state: 'nothing', workload: 'shop_api' })
})

test('a run that lives, or may live elsewhere, keeps its stack, unless it is forced', async () => {
  const swarm = await claimed()
  expect(await clean(swarm)).toMatchObject({ state: 'kept', runId: 'r1', owner: expect.stringContaining(String(process.pid)) as string })
  label(swarm, ownerLabel, JSON.stringify({ host: 'elsewhere', pid: 1, startTime: '1' }))
  expect(await clean(swarm)).toMatchObject({ state: 'kept', owner: 'process 1 on elsewhere' })
  label(swarm, ownerLabel, 'nonsense')
  expect(await clean(swarm)).toMatchObject({ state: 'kept' })
  expect(await clean(swarm, true)).toMatchObject({ state: 'released' })
  expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
})

test('what a label names of other stacks is not touched', async () => {
  const swarm = await claimed()
  label(swarm, foundLabel, JSON.stringify({ ...found, services: [{ id: 'of-somebody', name: 'other_api', replicas: 0 }] }))
  await expect(clean(swarm, true)).rejects.toMatchObject({ code: 'SW_SWARM_FOUND', hint: expect.stringContaining('--label-rm') as string })
  expect(swarm.spec.Mode.Replicated?.Replicas).toBe(2)
})

test('an engine that is a worker is told apart from a stack that is not there', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  swarm.isManager = false
  await expect(clean(swarm)).rejects.toMatchObject({ code: 'SW_SWARM_MANAGER' })
})
