import { expect, test } from 'vitest'
import { everyStep } from './every-step.js'

test('every step is taken in order, and no error is lost', async () => {
  const taken: number[] = []
  const step = (number: number, thrown?: unknown) => async (): Promise<void> => {
    await Promise.resolve()
    taken.push(number)
    if (thrown !== undefined) throw thrown
  }
  await expect(everyStep([step(1), step(2, new Error('second')), step(3), step(4, new Error('fourth'))])).rejects.toThrow('second; fourth')
  expect(taken).toEqual([1, 2, 3, 4])
})

test('also one that throws at once, and one that throws undefined', async () => {
  let last = false
  await expect(everyStep([
    () => {
      throw undefined
    },
    () => (last = true),
  ])).rejects.toBeUndefined()
  expect(last).toBe(true)
})

test('no step fails, and none is there', async () => {
  await expect(everyStep([() => 1])).resolves.toBeUndefined()
  await expect(everyStep([])).resolves.toBeUndefined()
})
