import { expect, test } from 'vitest'
import type { Driver } from '../core/driver.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { WorldSurvey } from '../core/world-survey.js'
import { surveyWorld } from './restored-world.js'

const service = {} as ServiceDescriptor
const driver = (...surveys: (WorldSurvey | Error)[]): Driver => ({
  survey: async () => {
    const next = surveys.shift() ?? new Map()
    if (next instanceof Error) throw next
    return next
  },
}) as unknown as Driver

test('a driver that can see nothing says nothing', async () => expect(await (await surveyWorld({} as Driver, service, 'r'))()).toEqual([]))

test('what is not as it was found is told', async () => {
  const look = await surveyWorld(driver(new Map([['container a', 'running']]), new Map([['container a', 'exited']]), new Map([['container a', 'exited']])), service, 'r', { answerWithinMs: 1_000, settleWithinMs: 300 })
  expect(await look()).toEqual(['container a was running and is exited'])
})

test('a world that cannot be seen afterwards was not shown to be restored', async () => {
  const look = await surveyWorld(driver(new Map(), new Error('the engine does not answer')), service, 'r')
  expect(await look()).toEqual([expect.stringContaining('the engine does not answer')])
})

test('a world that cannot be seen before ends the run before it begins', async () => {
  await expect(surveyWorld(driver(new Error('no engine')), service, 'r')).rejects.toThrow('no engine')
})

test('what is starting yet is looked at again', async () => {
  const look = await surveyWorld(driver(new Map([['container a', 'running']]), new Map([['container a', 'exited']]), new Map([['container a', 'running']])), service, 'r')
  expect(await look()).toEqual([])
})

test('an engine that hangs holds nobody, before or after', async () => {
  const limits = { answerWithinMs: 50, settleWithinMs: 50 }
  const hanging = { survey: () => new Promise(() => undefined) } as unknown as Driver
  await expect(surveyWorld(hanging, service, 'r', limits)).rejects.toThrow(/no answer within/)
  let asked = 0
  const hangsLater = { survey: () => ((asked += 1) === 1 ? Promise.resolve(new Map()) : new Promise(() => undefined)) } as unknown as Driver
  expect(await (await surveyWorld(hangsLater, service, 'r', limits))()).toEqual([expect.stringContaining('could not be seen')])
})
