import { expect, test } from 'vitest'
import { scripted, type Script } from './scripted-context.test-support.js'
import { replaceByOneStartedDrained, startDrained } from './start-drained.js'

const lifecycle = { startDrained: { env: { DRAINED: '1' } } }
const inPart = 'rollOut started-drained {"env":{"DRAINED":"1"}} in part started-drained'
const takenBack = 'rollOut as found {} restore'

async function calls(script: Script): Promise<readonly string[]> {
  const world = scripted({ platform: true, lifecycle, ...script })
  await replaceByOneStartedDrained(world.context)
  return world.calls.filter((call) => /^(rollOut|undrain|start|sample|stop-sample)/.test(call))
}

test('the replica that a platform put there is undrained by itself, watched with the one before it, and taken back', async () => {
  expect(await calls({})).toEqual(['sample readiness+liveness instance-0+instance-1', inPart, 'undrain instance-1 started-drained', 'stop-sample', takenBack])
})

test('it is taken back also where it could not be put there, or not be undrained', async () => {
  expect(await calls({ impossible: ['undrain'] })).toEqual(['sample readiness+liveness instance-0+instance-1', inPart, 'undrain instance-1 started-drained', 'stop-sample', takenBack])
  expect(await calls({ impossible: ['rollOut'] })).toEqual(['sample readiness+liveness instance-0+instance-1', inPart, 'stop-sample', takenBack])
})

test('nothing is done where none is declared, and no replica is stopped and given other settings on a platform', async () => {
  expect(await calls({ lifecycle: {} })).toEqual([])
  const world = scripted({ platform: true, lifecycle })
  expect(await startDrained(world.context, 'instance-0')).toBe(false)
  expect(world.calls).toEqual([])
})
