import { expect, test } from 'vitest'
import { lookUpPaceMs } from './calm-phase.js'

test('quick answers are asked for more often, slow ones never faster than three a second', () => {
  expect([0, 2, 10, 60, 500].map(lookUpPaceMs)).toEqual([5, 5, 5, 240, 300])
})
