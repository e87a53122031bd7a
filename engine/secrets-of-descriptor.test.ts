import { expect, test } from 'vitest'
import { secretsOf } from './secrets-of-descriptor.js'

const valuesOf = (document: unknown, environment: Readonly<Record<string, string>> = {}): readonly string[] =>
  secretsOf(document, Object.entries(environment).map(([name, value]) => ({ name, value, fallback: undefined }))).map(({ value }) => value)

test('values from the environment, but for numbers, paths and words', () => {
  expect(valuesOf({}, { API_TOKEN: 'hunter2', DB_PASSWORD: 'plainword', LICENCE: 'AB12-CD34' })).toEqual(['hunter2', 'plainword', 'AB12-CD34'])
  expect(valuesOf({}, { REPLICAS: '3', WINDOW: '250ms', TMP_FOLDER: '/tmp', STAGE: 'production', SHORT: 'a1', PIN_KEY: '4711' })).toEqual([])
})
test('what the file itself gives as the default is no secret', () => {
  expect(secretsOf({}, [{ name: 'DB_PASSWORD', value: 'for-tests', fallback: 'for-tests' }])).toEqual([])
})
test('credentials in headers, also the password inside of Basic', () => {
  const headers = { authorization: `Basic ${Buffer.from('ada:lovelace-1').toString('base64')}`, 'x-api-key': 'key-of-ada' }
  expect(valuesOf({ headers })).toEqual([Buffer.from('ada:lovelace-1').toString('base64'), 'lovelace-1', 'key-of-ada'])
  expect(valuesOf({ headers: { authorization: 'Bearer {token}' } })).toEqual([])
})
test('passwords in URLs, in options and under telling keys', () => {
  expect(valuesOf({ env: { DATABASE_URL: 'postgres://app:s3cr%2Ft@{host}:5432/x', PGPASSWORD: 'first-mate', SENTRY_DSN: 'http://ledger@{host}/1' } })).toEqual(['s3cr%2Ft', 's3cr/t', 'first-mate'])
  expect(valuesOf({ command: ['tool', '--password', 'opened', '--api-key=abcd-1', '--token-file', 'path'] })).toEqual(['opened', 'abcd-1'])
})
test('neither pointers nor templates nor choices', () => {
  expect(valuesOf({ token: '/token', body: { password: '{password}' }, passwordAfterRestore: 'current', setPassword: { http: 'PUT /x' } })).toEqual([])
})
