import { expect, test } from 'vitest'
import { changesBetween } from './world-survey.js'

test('what is as it was is not told, and everything else is, by its name', () => {
  const before = new Map([['container a', 'running'], ['container b', 'running'], ['image c', 'sha256:1']])
  expect(changesBetween(before, new Map(before))).toEqual([])
  expect(changesBetween(before, new Map([['container a', 'paused'], ['network n', 'bridge'], ['image c', 'sha256:1']]))).toEqual([
    'container a was running and is paused',
    'container b was there (running) and is gone',
    'network n is left over (bridge)',
  ])
})
