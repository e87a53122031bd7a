import { expect, test } from 'vitest'
import { CleanupStack } from './cleanup-stack.js'

test('last in, first out, and what failed is named without stopping the others', async () => {
  const order: string[] = []
  const stack = new CleanupStack()
  stack.push('first', () => void order.push('first'))
  stack.push('broken', () => { throw new Error('no') })
  stack.push('last', async () => void order.push('last'))
  expect(await stack.run()).toEqual(['broken: no'])
  expect(order).toEqual(['last', 'first'])
  expect(await stack.run()).toEqual([])
})
test('a teardown that hangs is left behind after its budget', async () => {
  const stack = new CleanupStack()
  let reached = false
  stack.push('below', () => void (reached = true))
  stack.push('hangs', () => new Promise(() => {}), 30)
  expect(await stack.run()).toEqual(['hangs: not finished after 30 ms'])
  expect(reached).toBe(true)
})
test('what was undone in the regular way is not undone again', async () => {
  const stack = new CleanupStack()
  let times = 0
  const taken = stack.push('undo', () => void (times += 1))
  taken()
  await stack.run()
  expect(times).toBe(0)
})
test('what could not be kept for readers is told apart from what is left in the world', async () => {
  const stack = new CleanupStack()
  let reached = false
  stack.push('remove the folder', () => void (reached = true))
  stack.pushKeeping('keep the logs', () => new Promise(() => {}), 30)
  stack.push('end it', () => { throw new Error('no') })
  expect(await stack.run()).toEqual(['end it: no'])
  expect(stack.notKept).toEqual(['keep the logs: not finished after 30 ms'])
  expect(reached).toBe(true)
})
