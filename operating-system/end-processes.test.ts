import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { endProcesses, endProcessGroups, killAtOnce, send, stopAll, untilGone } from './end-processes.js'
import { groupMembers, isAlive, processStartTime, processTree, readProcess, type ProcessIdentity } from './process-table.js'

const started: ProcessIdentity[] = []
afterEach(() => {
  const groups = started.splice(0)
  killAtOnce(() => groups.flatMap((group) => groupMembers(group.pid)))
})

async function start(script: string): Promise<ProcessIdentity> {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const identity = { pid: child.pid!, startTime: processStartTime(child.pid!)! }
  started.push(identity)
  await once(child.stdout!, 'data')
  return identity
}

describe('endProcessGroups', () => {
  test('ends every member by SIGTERM, also one that is stopped', async () => {
    const group = await start('sleep 1000 & sleep 1000 & echo; wait')
    send(group, 'SIGSTOP')
    const { ended, left } = await endProcessGroups([group], { termGraceMs: 5_000 })
    expect(ended).toHaveLength(3)
    expect(left).toEqual([])
    expect(groupMembers(group.pid)).toEqual([])
  })

  test('kills what ignores SIGTERM after the grace period, though the leader is gone and the group goes on forking', async () => {
    const group = await start('(trap "" TERM; echo; while :; do sleep 0.05; done) & wait')
    const startedAtMs = performance.now()
    const { left } = await endProcessGroups([group], { termGraceMs: 200 })
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(200)
    expect(left).toEqual([])
    expect(groupMembers(group.pid)).toEqual([])
  })

  test('leaves a group alone whose number belongs to another process now', async () => {
    const group = await start('echo; sleep 1000')
    const { ended } = await endProcessGroups([{ pid: group.pid, startTime: 'of another' }], { termGraceMs: 0 })
    expect(ended).toEqual([])
    expect(isAlive(group.pid, group.startTime)).toBe(true)
  })
})

test('endProcesses gets hold of a tree that forks all the time', async () => {
  const root = await start('echo; while :; do (sleep 0.01; sleep 0.01) & sleep 0.005; done')
  const { left } = await endProcesses(() => processTree([root]), { termGraceMs: 0 })
  expect(left).toEqual([])
  expect(groupMembers(root.pid)).toEqual([])
})

test('endProcesses says what it could not end', async () => {
  const root = await start('echo; exec sleep 1000')
  const never = { ...readProcess(root.pid)!, startTime: 'never signalled, always found' }
  const { ended, left } = await endProcesses(() => [never], { termGraceMs: 0, killWithinMs: 50 })
  expect({ ended, left }).toEqual({ ended: [], left: [never] })
})

test('send does not reach another process with the same pid', async () => {
  const one = await start('echo; exec sleep 1000')
  expect(send({ pid: one.pid, startTime: 'of another' }, 'SIGKILL')).toBe(false)
  expect(send(one, 'SIGKILL')).toBe(true)
  expect(await untilGone([one], 5_000)).toBe(true)
})

test('stopAll stops a whole tree', async () => {
  const root = await start('sleep 1000 & echo; wait')
  const stopped = stopAll(() => processTree([root]))
  expect(stopped).toHaveLength(2)
  await expect.poll(() => stopped.map((entry) => readProcess(entry.pid)?.state)).toEqual(['T', 'T'])
})

test('killAtOnce kills also when looking at what was stopped goes wrong', async () => {
  const root = await start('sleep 1000 & echo; wait')
  const look = (stopped: readonly ProcessIdentity[]): void => {
    throw new Error(`saw ${stopped.length}`)
  }
  expect(() => killAtOnce(() => processTree([root]), look)).toThrow('saw 2')
  expect(await untilGone([root], 5_000)).toBe(true)
})
