import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { InFlight } from './in-flight.js'

test('counts what has begun and not ended', () => {
  const inFlight = new InFlight()
  const first = inFlight.begin('GET /a', new Socket())
  inFlight.begin('POST /b', new Socket())
  inFlight.begin('POST /b', new Socket())
  expect(inFlight.byRoute()).toEqual({ 'GET /a': 1, 'POST /b': 2 })
  first.end()
  first.end()
  expect(inFlight.count).toBe(2)
})

test('is empty when the last one ends', async () => {
  const inFlight = new InFlight()
  const [first, second] = [inFlight.begin('GET /a', new Socket()), inFlight.begin('GET /a', new Socket())]
  const empty = inFlight.emptyWithin(10_000)
  first.end()
  second.end()
  expect(await empty).toBe(true)
})

test('is not empty while one stays', async () => {
  const inFlight = new InFlight()
  inFlight.begin('GET /a', new Socket())
  expect(await inFlight.emptyWithin(10)).toBe(false)
})

test('every request is told when it must end', () => {
  const inFlight = new InFlight()
  const { work } = inFlight.begin('GET /a', new Socket())
  expect(work.signal.aborted).toBe(false)
  inFlight.abortAll()
  expect(work.signal.aborted).toBe(true)
})
