import { expect, test } from 'vitest'
import { skipsOf } from './skip-cause.js'

const skipped = (reason: string) => ({ outcome: 'skipped', reason })

test('what an earlier run did not keep is read from its reasons', () => {
  const found = skipsOf({ A: skipped('not selected'), B: skipped('it is disruptive and needs --allow disruptive'), C: skipped('the process driver cannot do fault.freeze'), D: { outcome: 'missing', reason: 'x' } })
  expect([...found].map(([id, { skip }]: [string, { skip?: unknown }]) => [id, skip])).toEqual([
    ['A', { cause: 'not-selected', asked: false }],
    ['B', { cause: 'not-allowed', asked: true, allow: 'disruptive' }],
    ['C', { cause: 'not-possible', asked: true }],
    ['D', undefined],
  ])
})
test('without a selection nothing was named', () => {
  expect(skipsOf({ B: skipped('it is destructive, and the descriptor does not say target.disposable: true') }).get('B')).toMatchObject({ skip: { cause: 'not-allowed', asked: false } })
})
