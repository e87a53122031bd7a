import { expect, test } from 'vitest'
import { skipsOf, type Skip } from './skip-cause.js'

interface SavedThen {
  readonly outcome: string
  readonly reason: string
  readonly skip?: Skip
}
const skipped = (reason: string): SavedThen => ({ outcome: 'skipped', reason })
const missing: SavedThen = { outcome: 'missing', reason: 'x' }

test('what an earlier run did not keep is read from its reasons', () => {
  const found = skipsOf<SavedThen>({ A: skipped('not selected'), B: skipped('it is disruptive and needs --allow disruptive'), C: skipped('the process driver cannot do fault.freeze'), D: missing })
  expect([...found].map(([id, { skip }]) => [id, skip])).toEqual([
    ['A', { cause: 'not-selected', asked: false }],
    ['B', { cause: 'not-allowed', asked: true, allow: 'disruptive' }],
    ['C', { cause: 'not-possible', asked: true }],
    ['D', undefined],
  ])
})
test('without a selection nothing was named', () => {
  expect(skipsOf<SavedThen>({ B: skipped('it is destructive, and the descriptor does not say target.disposable: true') }).get('B')).toMatchObject({ skip: { cause: 'not-allowed', asked: false } })
})
