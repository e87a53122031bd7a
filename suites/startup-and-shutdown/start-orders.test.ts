import { expect, test } from 'vitest'
import { startOrders } from './start-orders.js'

const world = { instances: ['r1', 'r2'], hard: ['db', 'queue'], soft: ['cache', 'search'], random: () => 0.99 }

test('first everything comes after the service, what it needs most last', () => {
  expect(startOrders(world, { count: 1, gapMs: 1_000 })).toEqual([
    { name: 'components-last', delayed: [{ target: 'cache', byMs: 1_000 }, { target: 'search', byMs: 1_000 }, { target: 'queue', byMs: 2_000 }, { target: 'db', byMs: 3_000 }] },
  ])
})

test('then before it, then everything one by one in any order', () => {
  const [, first, random] = startOrders(world, { count: 3, gapMs: 1_000 })
  expect(first?.delayed).toEqual([{ target: 'queue', byMs: 1_000 }, { target: 'cache', byMs: 2_000 }, { target: 'search', byMs: 2_000 }, { target: 'r1', byMs: 3_000 }, { target: 'r2', byMs: 3_000 }])
  expect(random?.delayed.map(({ target }) => target)).toEqual(['cache', 'queue', 'db', 'r2', 'r1'])
})

test('without soft components no step is spent on them', () => {
  expect(startOrders({ ...world, soft: [] }, { count: 1, gapMs: 10 })[0]?.delayed).toEqual([{ target: 'queue', byMs: 10 }, { target: 'db', byMs: 20 }])
})
