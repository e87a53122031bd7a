import { expect, test } from 'vitest'
import { byLine } from './by-line.js'

test('lines are told whole, however they come, and one that has not ended is waited for', () => {
  const lines: string[] = []
  const hear = byLine((line) => lines.push(line))
  for (const piece of ['{"a":', '1}\n\n \n{"b":2}\n{"c"', ':3}']) hear(Buffer.from(piece))
  expect(lines).toEqual(['{"a":1}', '{"b":2}'])
  hear(Buffer.from('\n'))
  expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
})
