import { expect, test } from 'vitest'
import { logPosition } from './database-monitor.js'

test('positions in the log are ordered as numbers, not as text', () => {
  expect(logPosition('16/B374D848')).toBe(0x16b374d848n)
  expect(logPosition('0/A0000000') > logPosition('0/9FFFFFFF')).toBe(true)
  expect(logPosition('10/0') > logPosition('9/FFFFFFFF')).toBe(true)
})
