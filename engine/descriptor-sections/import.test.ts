import { expect, test } from 'vitest'
import { importOf, importSection } from './import.js'

const document = {
  run: { http: 'POST /imports', text: '{feed}' },
  feed: { line: '{key},{value}', malformed: '"{key}' },
  records: { list: 'GET /imported#/records', key: '/id', value: '/text' },
}
const read = (more: object = {}) => importOf(importSection.parse({ ...document, ...more }))
const rule = { http: 'PUT /rules/{key}', body: { override: '{value}' } }

test('an import without anything else declares how it is run and read', () => {
  expect(read()).toEqual({
    run: expect.objectContaining({ method: 'POST', path: '/imports', text: '{feed}' }),
    feed: { line: '{key},{value}', malformedLine: '"{key}' },
    records: { probe: { path: '/imported', pointer: '/records' }, key: '/id', value: '/text' },
  })
})
test('limit, rules, policy and alert', () => {
  const found = read({ runPermitted: { exec: ['import', '--force', '{file}'] }, changeLimit: 0.1, rules: { block: rule, override: rule, clear: rule }, policy: 'skip-and-report', rejected: '/rejected', alert: 'GET /imports#/alert' })
  expect(found).toMatchObject({ changeShareMax: 0.1, malformed: { kind: 'skip-and-report', rejected: '/rejected' }, alert: { path: '/imports', pointer: '/alert' }, runPermitted: { via: 'exec' } })
  expect(read({ policy: 'all-or-nothing' }).malformed).toEqual({ kind: 'all-or-nothing' })
})
test.each([
  [{ run: { http: 'POST /imports' } }, /expected the placeholder \{feed\} or \{file\}/],
  [{ feed: { line: '{key}' } }, /expected the placeholders \{key\} and \{value\}/],
  [{ changeLimit: 0.2 }, /needs runPermitted/],
  [{ policy: 'skip-and-report' }, /needs rejected/],
  [{ policy: 'all-or-nothing', feed: { line: '{key},{value}' } }, /needs feed\.malformed/],
  [{ rules: { block: { http: 'PUT /rules' }, override: rule, clear: rule } }, /expected the placeholder \{key\}/],
  [{ rules: { block: rule, override: { http: 'PUT /rules/{key}' }, clear: rule } }, /expected the placeholder \{value\}/],
])('refuses %j', (more, message) => {
  expect(() => read(more)).toThrow(message)
})
test('a limit of everything or nothing is none', () => {
  expect(importSection.safeParse({ ...document, changeLimit: 1 }).success).toBe(false)
  expect(importSection.safeParse({ ...document, changeLimit: 0 }).success).toBe(false)
})
