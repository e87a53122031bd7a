import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ConfigurationError } from './configuration-error.js'
import { defaults, parseConfiguration, readConfiguration } from './configuration.js'

test('what is missing has its default', () => {
  const configuration = parseConfiguration('drain: { graceMs: 100 }')
  expect(configuration.drain).toEqual({ graceMs: 100, deadlineMs: defaults.drain.deadlineMs })
  expect(parseConfiguration('')).toEqual(defaults)
})

test('the file that is shipped says the defaults', () => {
  const path = fileURLToPath(new URL('../configuration.yaml', import.meta.url))
  expect(readConfiguration(path)).toEqual(defaults)
})

test.each([
  ['drian: { graceMs: 1 }', 'section drian'],
  ['drain: { grace: 1 }', 'drain.grace'],
  ['drain: { graceMs: soon }', '"soon" at drain.graceMs'],
  ['drain: { graceMs: -1 }', '-1 at drain.graceMs'],
  ['drain: 5', '5 at drain'],
  ['- drain', 'mapping of sections'],
])('refuses %s and names the place', (text, place) => {
  expect(() => parseConfiguration(text)).toThrow(place)
})

test('a file that is not there is a mistake of the configuration', () => {
  expect(() => readConfiguration('/nonexistent.yaml')).toThrow(ConfigurationError)
})
