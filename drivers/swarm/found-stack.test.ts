import { expect, test } from 'vitest'
import { claimStack, foundOf, parseFound, putBackStack, specAsFound, withReplicas, type FoundStack } from './found-stack.js'
import { foundLabel, ownerLabel, runLabel } from './service-labels.js'
import { containerIdOf, fakeSwarm, specOf } from './fake-swarm.test-support.js'

const limits = { runningWithinMs: 400, readyWithinMs: 0, rolledBackWithinMs: 2_000 }
const found: FoundStack = { runId: 'r1', services: [{ id: 'api', name: 'shop_api', replicas: 3 }] }

test('what is put back is the number of tasks and nothing else', () => {
  const spec = specOf({ replicas: 3 })
  const before = foundOf({ ID: 'api', Spec: spec })
  expect(before).toEqual({ id: 'api', name: 'shop_api', replicas: 3 })
  expect(specAsFound(spec, before)).toBeUndefined()
  expect(specAsFound(withReplicas(spec, 2), before)).toEqual(spec)
})

test('one run at a time has a stack, and says who it is and how the stack was', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  await claimStack(swarm.engine, found)
  expect(swarm.spec.Labels?.[runLabel]).toBe('r1')
  expect(parseFound(swarm.spec.Labels?.[foundLabel])).toEqual(found)
  expect(swarm.spec.Labels?.[ownerLabel]).toContain(String(process.pid))
  await expect(claimStack(swarm.engine, { ...found, runId: 'r2' })).rejects.toMatchObject({ code: 'SW_SWARM_CLAIMED' })
  expect(await putBackStack(swarm.engine, found, limits)).toEqual([])
  expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
})

test('a version that somebody else was quicker to change is read again', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  swarm.conflicts = 2
  await claimStack(swarm.engine, found)
  expect(swarm.spec.Labels?.[runLabel]).toBe('r1')
})

test('the number of tasks is put back, and what is paused goes on', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  await claimStack(swarm.engine, found)
  swarm.scale(2)
  swarm.paused.add(containerIdOf({ id: swarm.taskIn(1) }))
  expect(await putBackStack(swarm.engine, found, limits)).toEqual([])
  expect([...swarm.paused]).toEqual([])
  expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
})

test('a place that its restart policy leaves empty is made anew, and one that cannot be is told and stays claimed', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  await claimStack(swarm.engine, found)
  swarm.end(2)
  expect(await putBackStack(swarm.engine, found, limits)).toEqual([])
  expect(swarm.slots()).toEqual([1, 2, 3])

  await claimStack(swarm.engine, found)
  swarm.end(2)
  swarm.makesNoTasks = true
  expect(await putBackStack(swarm.engine, found, limits)).toEqual([expect.stringContaining('2 of 3 tasks running')])
  expect(swarm.spec.Labels?.[runLabel]).toBe('r1')
})

test('a task that is only starting is waited for, and not given up for another one', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  await claimStack(swarm.engine, found)
  swarm.scale(2)
  swarm.startsSlowly = true
  const told = await putBackStack(swarm.engine, found, { ...limits, runningWithinMs: 100 })
  expect(told).toEqual([expect.stringContaining('2 of 3 tasks running')])
  expect(swarm.spec.Labels?.[runLabel]).toBe('r1')
  const starting = swarm.taskIn(3)
  expect(starting).not.toBe('')

  // Whoever has no time to wait for it: the swarm goes on by itself.
  expect(await putBackStack(swarm.engine, found, { ...limits, runningWithinMs: 100, rolledBackWithinMs: 0 })).toEqual([])
  expect(swarm.taskIn(3)).toBe(starting)
  expect(swarm.spec).toEqual(specOf({ replicas: 3 }))
})

test('what another run has is left alone, and a service that is gone is nobody’s to put back', async () => {
  const swarm = fakeSwarm({ replicas: 3 })
  await claimStack(swarm.engine, { ...found, runId: 'r2' })
  swarm.scale(2)
  expect(await putBackStack(swarm.engine, found, limits)).toEqual([])
  expect(swarm.spec.Mode.Replicated?.Replicas).toBe(2)
  expect(await putBackStack(swarm.engine, { ...found, services: [{ id: 'gone', name: 'shop_gone', replicas: 1 }] }, limits)).toEqual([])
})

test.each(['', '{}', '{"runId":"r1","services":[]}', '{"runId":"r1","services":[{"id":"a"}]}', 'null'])('%j is no text of what was found', (text) => expect(parseFound(text)).toBeUndefined())
