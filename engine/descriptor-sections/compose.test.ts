import { expect, test } from 'vitest'
import type { SeaworthyError } from '../../core/errors.js'
import { declaredCapabilities } from '../../core/capabilities.js'
import { offers, whyNot } from '../../drivers/compose/compose-offers.js'
import { parseDescriptor } from '../load-descriptor.js'

const rest = `
health: { readiness: /ready }
traffic: { read: { http: GET /x } }
`
const parsed = (target: string, more = rest) => parseDescriptor(`schema: seaworthy/v1\nservice: shop\ntarget: ${target}\n${more}`, '/tmp/seaworthy.yaml', {})
const mistake = (target: string, more?: string): string => {
  try {
    parsed(target, more)
  } catch (thrown) {
    return (thrown as SeaworthyError).message
  }
  return 'no mistake'
}
const shop = '{ kind: compose, project: shop, replicas: { service: app } }'

test('services become replicas and components; what was not read yet promises nothing', () => {
  const { target } = parsed('{ kind: compose, project: shop, replicas: { service: [app1, app2], port: 8080 }, entry: { service: proxy }, components: { db: { role: db-primary, service: postgres } } }')
  expect(target.compose).toEqual({ project: 'shop', replicas: { services: ['app1', 'app2'], port: 8080 }, entry: { services: ['proxy'] }, components: { db: { services: ['postgres'] } }, stopDeclared: false })
  expect(target.replicas).toEqual({ command: [], env: {}, restart: 'never', startAtBoot: false, count: 2 })
  expect(target.components).toEqual([{ name: 'db', command: [], env: {}, restart: 'never', startAtBoot: false, role: 'db-primary', hard: true, ownsData: false, ready: { kind: 'tcp' } }])
})

test('mistakes are told with the keys of this kind of target', () => {
  expect(mistake('{ kind: compose, projekt: shop, replicas: { service: app } }')).toMatch(/did you mean project/)
  expect(mistake('{ kind: compose, project: shop, replicas: { command: [node] } }')).toMatch(/target\.replicas\.command: this key belongs to another kind/)
  expect(mistake('{ kind: compose, project: Shop, replicas: { service: app } }')).toMatch(/expected the name of a project/)
  expect(mistake('{ kind: compose, project: shop, file: ./none.yaml, replicas: { service: app } }')).toMatch(/target\.file: expected a Compose file, found no file/)
  expect(mistake('{ kind: process, project: shop, replicas: { command: [node] } }')).toMatch(/target\.project: this key belongs to another kind/)
  expect(mistake(shop, 'client: ./client.mjs')).toMatch(/client: belongs to a target of kind process/)
  expect(mistake('{ kind: compose, project: shop, replicas: { service: app }, components: { machine: { role: cache } } }')).toMatch(/the name is reserved/)
})

test('readiness may be left to the health check of the project, and to nothing else', () => {
  expect(parsed(shop, 'traffic: { read: { http: GET /x } }').health.readinessPath).toBe('')
  expect(mistake('{ kind: process, replicas: { command: [node] } }', 'traffic: { read: { http: GET /x } }')).toMatch(/health/)
})

test('what an attached project cannot give is declared and not offered, with the reason', () => {
  const service = parsed('{ kind: compose, project: shop, replicas: { service: app }, components: { db: { role: db-primary } } }')
  expect([...declaredCapabilities(service)]).toEqual(expect.arrayContaining(['fault.edge', 'fault.isolate', 'topology.scale', 'lifecycle.kill']))
  const offered = offers(service)
  for (const capability of ['fault.edge', 'fault.isolate', 'topology.scale', 'topology.swap', 'lifecycle.apart', 'fault.data-files'] as const) {
    expect(offered.has(capability), capability).toBe(false)
    expect(whyNot(capability, service)).toBeTypeOf('string')
  }
  for (const capability of ['lifecycle.kill', 'lifecycle.stop', 'lifecycle.start', 'lifecycle.hold', 'fault.freeze', 'lifecycle.reboot', 'topology.balancer'] as const) expect(offered.has(capability), capability).toBe(true)
  expect(whyNot('config.apply', service)).toMatch(/disposable/)
  expect(whyNot('config.apply', { ...service, target: { ...service.target, disposable: true } })).toBeUndefined()
})
