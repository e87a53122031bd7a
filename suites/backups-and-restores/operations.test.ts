import { expect, test } from 'vitest'
import type { Operation } from '../../core/service-descriptor.js'
import { forEachOf, withJson } from './operations.js'

const operation: Operation = {
  name: 'write', method: 'PUT', path: '/r/{key}', headers: {}, body: { value: '{value}', text: 'is {value}', list: ['{value}'] }, expect: { status: [], json: { '/value': '{value}', '/key': '{key}' } },
  mutates: true, timeoutMs: 1_000, weight: 0, streams: false, holdsBody: false,
}

test('a text that is nothing but a placeholder becomes the JSON value, in the body and in what is expected', () => {
  const made = withJson(operation, 'other', { value: { a: [null] } })
  expect(made.name).toBe('other')
  expect(made.body).toEqual({ value: { a: [null] }, text: 'is {value}', list: [{ a: [null] }] })
  expect(made.expect.json).toEqual({ '/value': { a: [null] }, '/key': '{key}' })
})
test('every item is worked on, so many at a time', async () => {
  let working = 0
  let most = 0
  const done: number[] = []
  await forEachOf([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++working)
    await Promise.resolve()
    working -= 1
    done.push(item)
  })
  expect([most, [...done].sort()]).toEqual([2, [1, 2, 3, 4, 5]])
})
