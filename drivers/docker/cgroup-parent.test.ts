import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { cgroupParentOf, underGroup } from './cgroup-parent.js'

const engine = (inspect: () => Promise<unknown>): Docker => ({ getContainer: () => ({ inspect }) }) as unknown as Docker
const running = engine(async () => ({ State: { Pid: 7 } }))

test.each([
  ['12:memory:/docker/abc\n1:cpu:/docker/abc\n0::/', '/'],
  ['0::/docker/abc', '/'],
  ['0::/system.slice/docker-abc.scope', undefined],
  ['0::/limited/abc', undefined],
  ['0::/docker/other', undefined],
  ['0::/nested/docker/abc', undefined],
  ['', undefined],
])('where the engine made a container in the groups %j, the others are made under %s', async (groups, expected) => {
  expect(await cgroupParentOf(running, 'abc', (pid) => (pid === 7 ? groups : 'asked for another'))).toBe(expected)
})

test('an engine that does not say so is told of in words', async () => {
  await expect(cgroupParentOf(engine(async () => { throw new Error('connect ECONNREFUSED') }), 'abc')).rejects.toThrow(/holds the place of a deployment/)
})

test('without a parent the engine chooses', () => {
  expect(underGroup(undefined)).toEqual({})
  expect(underGroup('/')).toEqual({ CgroupParent: '/' })
})
