import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declaredCapabilities } from '../../core/capabilities.js'
import { loadDescriptor } from '../load-descriptor.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const good = `schema: seaworthy/v1
service: shop
target:
  kind: process
  replicas: { count: 2, command: [node, server.js], env: { DB: "{store:port}", RECOMMENDATIONS: "{recommendations:port}" } }
  components:
    store: { role: storage, command: [node, store.js] }
    recommendations: { role: dependency, command: [node, r.js], hard: false }
    unused: { role: dependency, command: [node, u.js], hard: false }
health: { readiness: /ready }
traffic:
  read: { http: "GET /items/{key}" }
  item: { http: "GET /items/{key}/full", expect: { degraded: { marker: "#/missing", json: { /key: "{key}" } } } }
  search: { http: "GET /search", timeout: 1s, expect: { degraded: { marker: header:X-Light } } }
degradation:
  core: [read, item]
  dependents: { recommendations: item }
  composite: { operation: item, missing: /missing, parts: { stock: { at: /stock }, recommendations: { at: /recommendations, from: recommendations } } }
  breakerWindow: 2s
overload:
  operation: search
  capacity: 150
  rated: 75
  reducedMode: { enter: { http: POST /mode/reduced }, leave: { http: POST /mode/full } }
`
function load(text: string) {
  const path = join(folder, 'seaworthy.yaml')
  writeFileSync(path, text)
  return loadDescriptor(path, {})
}

test('names are resolved, and what uses no soft component is independent', () => {
  const { degradation, overload, traffic } = load(good)
  expect(degradation?.core).toEqual([traffic['read'], traffic['item']])
  expect(degradation?.dependents['recommendations']).toEqual([traffic['item']])
  expect(degradation?.independent).toEqual([traffic['read']])
  expect(degradation?.composite?.parts).toEqual([{ name: 'stock', pointer: '/stock' }, { name: 'recommendations', pointer: '/recommendations', component: 'recommendations' }])
  expect(degradation).toMatchObject({ breakerWindowMs: 2_000, cachedForMs: 0 })
  expect(traffic['item']?.expect.degraded).toEqual({ marker: { pointer: '/missing' }, json: { '/key': '{key}' } })
  expect(traffic['search']?.expect.degraded).toEqual({ marker: { header: 'x-light' }, json: {} })
  expect(overload).toMatchObject({ operation: traffic['search'], capacityPerSecond: 150, ratedPerSecond: 75, reducedMode: { leave: { via: 'http', path: '/mode/full' } } })
})

test('what is declared is a capability', () => {
  const declared = declaredCapabilities(load(good))
  for (const one of ['dependencies.soft', 'dependencies.hard', 'traffic.core', 'traffic.dependent', 'traffic.independent', 'traffic.composite', 'degraded.marker', 'traffic.heavy', 'load.rated', 'degraded.mode'] as const) expect(declared, one).toContain(one)
  const bare = declaredCapabilities(load(good.slice(0, good.indexOf('degradation:'))))
  for (const one of ['dependencies.soft', 'traffic.core', 'traffic.composite', 'degraded.marker', 'traffic.heavy'] as const) expect(bare, one).not.toContain(one)
  const unmarked = good.replace('"#/missing", json: { /key: "{key}" }', '"#/missing"').replace(/expect: \{ degraded: \{ marker: "#\/missing" \} \}/, 'timeout: 2s')
  expect(declaredCapabilities(load(unmarked))).not.toContain('degraded.marker')
})

test.each([
  ['an unknown operation', good.replace('core: [read, item]', 'core: [rad]'), 'rad'],
  ['an unknown component', good.replace('dependents: { recommendations', 'dependents: { recomendations'), 'recomendations'],
  ['a hard component', good.replace('dependents: { recommendations', 'dependents: { store'), 'declared hard'],
  ['a component without an edge', good.replace('dependents: { recommendations', 'dependents: { unused'), 'whose address no replica'],
  ['a composite of one part', good.replace('stock: { at: /stock }, ', ''), 'at least two parts'],
  ['an independent operation that is none', good.replace('  breakerWindow', '  independent: [item]\n  breakerWindow'), 'uses a soft component'],
  ['more rated load than capacity', good.replace('rated: 75', 'rated: 750'), 'more than the capacity'],
  ['a reduced mode nobody could tell', good.replace('operation: search', 'operation: read'), 'expect.degraded'],
  ['an unknown heavy operation', good.replace('operation: search', 'operation: serch'), 'serch'],
])('%s is refused', (_name, text, expected) => {
  expect(() => load(text)).toThrow(expected)
})
