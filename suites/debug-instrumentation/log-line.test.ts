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

const logfmt = { format: 'logfmt', time: '/ts', level: '/level', message: '/msg', correlation: '/trace_id', module: '/logger' } as const
test('a line of logfmt has them too', () => {
  expect(readLine('ts=2026-01-02T03:04:05.678Z level=info msg="two words, \\"quoted\\", two\\nlines" logger=http trace_id=abc path=/a?b=c slow', logfmt)).toEqual({ level: 'info', message: 'two words, "quoted", two\nlines', module: 'http', correlation: 'abc' })
  expect(readLine('ts=1767323045.5 level=warn msg=""', logfmt)).toEqual({ level: 'warn', message: '', module: undefined, correlation: undefined })
  // An id of digits alone stays what it is.
  expect(readLine('ts=1767323045 level=warn msg=x trace_id=00000000000000000000000000000012', logfmt)).toMatchObject({ correlation: '00000000000000000000000000000012' })
})
test.each([
  ['    at Object.get (file.js:1:1)', 'has no time at /ts'],
  ['ts=2026-01-02T03:04:05Z level=info msg="left open', 'is not logfmt'],
  ['ts=2026-01-02T03:04:05Z level=info msg="a\u0007bell"', 'is not logfmt'],
  ['', 'is not logfmt'],
  ['ts=2026-01-02T03:04:05Z msg=x', 'has no level at /level'],
])('%j %s', (line, problem) => {
  expect(readLine(line, logfmt)).toEqual({ problem })
})
