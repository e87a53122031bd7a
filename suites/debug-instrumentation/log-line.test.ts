import { expect, test } from 'vitest'
import { readLine } from './log-line.js'

const fields = { time: '/time', level: '/level', message: '/msg', correlation: '/trace/id', module: '/logger' }
const good = { time: '2026-01-02T03:04:05.678Z', level: 'info', msg: 'done', trace: { id: 'abc' }, logger: 'http' }

test('a line has its parts where they are declared', () => {
  expect(readLine(JSON.stringify(good), fields)).toEqual({ level: 'info', message: 'done', module: 'http', correlation: 'abc' })
  expect(readLine(JSON.stringify({ time: 1_767_323_045, level: 30, msg: '' }), fields)).toEqual({ level: '30', message: '', module: undefined, correlation: undefined })
})
test.each([
  ['    at Object.get (file.js:1:1)', 'is not JSON'],
  ['', 'is not JSON'],
  ['[]', 'is no JSON object'],
  ['"text"', 'is no JSON object'],
  [JSON.stringify({ ...good, time: 'noon' }), 'has no time at /time'],
  [JSON.stringify({ ...good, time: 12 }), 'has no time at /time'],
  [JSON.stringify({ ...good, level: '' }), 'has no level at /level'],
  [JSON.stringify({ ...good, msg: undefined }), 'has no message at /msg'],
])('%s %s', (line, problem) => {
  expect(readLine(line, fields)).toEqual({ problem })
})
