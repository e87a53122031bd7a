import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { cgroupParentOf, underGroup } from './cgroup-parent.js'

const engine = (info: () => Promise<unknown>): Docker => ({ info }) as unknown as Docker

test.each([
  ['cgroupfs', '/'],
  ['systemd', undefined],
  ['none', undefined],
  [undefined, undefined],
])('containers of an engine with the cgroup driver %s are made under %s', async (CgroupDriver, expected) => {
  expect(await cgroupParentOf(engine(async () => ({ CgroupDriver })))).toBe(expected)
})

test('an engine that does not say so is told of in words', async () => {
  await expect(cgroupParentOf(engine(async () => { throw new Error('connect ECONNREFUSED') }))).rejects.toThrow(/how it makes groups of processes/)
})

test('without a parent the engine chooses', () => {
  expect(underGroup(undefined)).toEqual({})
  expect(underGroup('/')).toEqual({ CgroupParent: '/' })
})
