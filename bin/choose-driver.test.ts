import { expect, test } from 'vitest'
import type { Driver } from '../core/driver.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { chooseDriver } from './choose-driver.js'

const service = { target: { kind: 'process', image: 'shop' } } as unknown as ServiceDescriptor
const driver = (name: string, answer: () => Promise<unknown>): Driver => ({ name, availability: answer }) as unknown as Driver
const able = (name: string): Driver => driver(name, async () => ({ available: true }))
const unable = (name: string): Driver => driver(name, async () => ({ available: false, reason: 'no engine' }))
const hanging = (name: string): Driver => driver(name, () => new Promise(() => undefined))
const choice = (...drivers: readonly Driver[]) => ({ isReference: false, drivers, answerWithinMs: 50 })

test('the first that is available is taken, or the one that is named', async () => {
  expect((await chooseDriver(undefined, service, choice(unable('docker'), able('process')))).name).toBe('process')
  expect((await chooseDriver('process', service, choice(able('docker'), able('process')))).name).toBe('process')
})

test('containers that nobody asked for are told, with the image', async () => {
  const told: string[] = []
  const tell = (line: string): void => void told.push(line)
  await chooseDriver('docker', service, { ...choice(able('docker')), tell })
  await chooseDriver(undefined, service, { ...choice(able('process')), tell })
  expect(told).toEqual([])
  await chooseDriver(undefined, service, { ...choice(able('docker')), tell })
  expect(told).toEqual([expect.stringMatching(/image shop.*--driver process/)])
})

test('an engine that says nothing holds nobody', async () => {
  expect((await chooseDriver(undefined, service, choice(hanging('docker'), able('process')))).name).toBe('process')
  await expect(chooseDriver('docker', service, choice(hanging('docker')))).rejects.toThrow(/docker: no answer within/)
})
