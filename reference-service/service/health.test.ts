import fastify from 'fastify'
import { expect, test } from 'vitest'
import { healthRoutes, type HealthSources } from './health.js'

const release = { version: '1', releaseId: '1.0.0' }
const up = { state: 'up' }

/** A replica whose state is what it is told to be. */
async function statuses(state: { readonly started: boolean; readonly drain: 'serving' | 'draining' | 'drained'; readonly primary?: 'up' | 'down' }): Promise<readonly number[]> {
  const app = fastify()
  healthRoutes(app, {
    startUp: { complete: state.started, mayBeReady: state.started },
    drain: { state: state.drain, hasBegun: state.drain !== 'serving' },
    monitor: { primary: { state: state.primary ?? 'up' }, replica: up, stalenessMs: () => 0, readOnly: () => false },
    identity: { instance: 'ledger-1', release },
  } as unknown as HealthSources)
  const answers = await Promise.all(['/health/live', '/health/started', '/health/ready'].map((url) => app.inject({ url })))
  await app.close()
  return answers.map(({ statusCode }) => statusCode)
}

test('liveness, a start that is over, and readiness are told apart', async () => {
  expect(await statuses({ started: false, drain: 'serving' })).toEqual([200, 503, 503])
  expect(await statuses({ started: true, drain: 'serving' })).toEqual([200, 200, 200])
  expect(await statuses({ started: true, drain: 'draining' })).toEqual([200, 200, 503])
  expect(await statuses({ started: true, drain: 'drained' })).toEqual([200, 200, 503])
  expect(await statuses({ started: true, drain: 'serving', primary: 'down' })).toEqual([200, 200, 503])
})
