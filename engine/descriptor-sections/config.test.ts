import { describe, expect, test } from 'vitest'
import { configOf, configSection } from './config.js'

const document = {
  format: 'yaml',
  archive: { http: 'GET /configuration' },
  apply: { http: 'PUT /configuration', text: '{configuration}' },
  fresh: { env: { CONFIGURATION: '{file}' } },
  settings: { title: { path: '/title', values: ['a', 'b'], probe: 'GET /banner#/title' } },
  invalid: { seconds: { path: '/seconds', value: 'soon' } },
}
const read = (more: Readonly<Record<string, unknown>> = {}) => configOf(configSection.parse({ ...document, ...more }))

describe('section config', () => {
  test('defaults are applied and parts are converted', () => {
    expect(read()).toMatchObject({
      effectiveWithinMs: 30_000,
      archive: { via: 'http', method: 'GET', path: '/configuration' },
      fresh: { changes: { env: { CONFIGURATION: '{file}' } }, install: true },
      settings: [{ name: 'title', path: '/title', values: ['a', 'b'], probe: { path: '/banner', pointer: '/title' }, deletable: false }],
      invalid: [{ name: 'seconds', path: '/seconds', value: 'soon' }],
      volatile: [],
    })
  })
  test('an apply, a restore or a fresh instance that is given no configuration is refused', () => {
    expect(() => read({ apply: { http: 'PUT /configuration' } })).toThrow('{configuration}')
    expect(() => read({ restore: { exec: ['restore'] } })).toThrow('{configuration}')
    expect(() => read({ fresh: { env: { A: 'b' } } })).toThrow('{configuration}')
    expect(() => read({ restore: { exec: ['restore', '{file}'] } })).not.toThrow()
  })
  test('two equal values would show nothing', () => {
    expect(() => read({ settings: { title: { path: '/title', values: ['a', 'a'], probe: 'GET /banner#/title' } } })).toThrow('two different values')
  })
  test('unknown keys and formats are refused', () => {
    expect(configSection.safeParse({ ...document, formt: 'yaml' }).success).toBe(false)
    expect(configSection.safeParse({ ...document, format: 'toml' }).success).toBe(false)
  })
})
