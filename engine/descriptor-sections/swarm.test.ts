import { expect, test } from 'vitest'
import { declaredCapabilities } from '../../core/capabilities.js'
import type { SeaworthyError } from '../../core/errors.js'
import type { DataFolder } from '../../core/service-descriptor.js'
import { offers, whyNot } from '../../drivers/swarm/swarm-offers.js'
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
const shop = '{ kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080" }'

test('services become replicas and components; what was not read yet promises nothing', () => {
  const { target } = parsed('{ kind: swarm, stack: shop, replicas: { service: api, port: 8080 }, url: "http://127.0.0.1:8080", components: { db: { role: db-primary, service: postgres, port: 5432 } } }')
  expect(target.swarm).toEqual({ stack: 'shop', replicas: { service: 'api', port: 8080 }, url: new URL('http://127.0.0.1:8080'), components: { db: { service: 'postgres', port: 5432 } }, stopDeclared: false })
  expect(target.replicas).toEqual({ command: [], env: {}, restart: 'never', startAtBoot: false, count: 1 })
  expect(target.components).toMatchObject([{ name: 'db', role: 'db-primary', hard: true, restart: 'never', ready: { kind: 'tcp' } }])
  expect(parsed(shop).target.swarm?.replicas).toEqual({ service: 'api' })
})

test('mistakes are told with the keys of this kind of target', () => {
  expect(mistake('{ kind: swarm, stak: shop, replicas: api, url: "http://127.0.0.1:8080" }')).toMatch(/did you mean stack/)
  expect(mistake('{ kind: swarm, stack: shop, replicas: api }')).toMatch(/target\.url/)
  expect(mistake('{ kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080/x" }')).toMatch(/without a path/)
  expect(mistake('{ kind: swarm, stack: "shop/x", replicas: api, url: "http://127.0.0.1:8080" }')).toMatch(/expected the name of a stack/)
  expect(mistake('{ kind: swarm, stack: shop, project: shop, replicas: api, url: "http://127.0.0.1:8080" }')).toMatch(/target\.project: this key belongs to another kind/)
  expect(mistake(shop, 'client: ./client.mjs')).toMatch(/client: belongs to a target of kind process/)
})

test('a component is in reach of the replicas without a template that says so', () => {
  const withComponent = '{ kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080", components: { reviews: { role: dependency, hard: false } } }'
  expect(mistake(withComponent, `${rest}degradation: { core: [read], dependents: { reviews: read } }`)).toBe('no mistake')
})

test('what a swarm makes impossible or trivial is declared and not offered, with the reason', () => {
  const service = parsed('{ kind: swarm, stack: shop, replicas: api, url: "http://127.0.0.1:8080", components: { db: { role: db-primary } } }', `${rest}lifecycle: { drain: { http: POST /drain } }`)
  const always = { ...service, target: { ...service.target, replicas: { ...service.target.replicas, restart: 'always' as const } } }
  expect([...declaredCapabilities(always)]).toEqual(expect.arrayContaining(['fault.edge', 'lifecycle.reboot', 'topology.swap', 'lifecycle.kill']))
  const offered = offers(always)
  for (const capability of ['topology.swap', 'lifecycle.apart', 'lifecycle.reboot', 'fault.data-files'] as const) {
    expect(offered.has(capability), capability).toBe(false)
    expect(whyNot(capability, always), capability).toBeTypeOf('string')
  }
  for (const capability of ['lifecycle.kill', 'lifecycle.crash', 'lifecycle.stop', 'lifecycle.start', 'lifecycle.hold', 'lifecycle.drain', 'fault.freeze', 'fault.edge', 'fault.isolate', 'topology.balancer'] as const) expect(offered.has(capability), capability).toBe(true)
  const disposable = { ...always, target: { ...always.target, disposable: true } }
  const withFiles = (dataFolder: DataFolder) => ({ ...disposable, target: { ...disposable.target, swarm: { ...disposable.target.swarm!, dataFolder } } })
  expect(whyNot('fault.data-files', always)).toMatch(/disposable/)
  expect(whyNot('fault.data-files', disposable)).toMatch(/no service of the stack was seen/)
  expect(whyNot('fault.data-files', withFiles({ component: 'db', problem: 'no volume' }))).toMatch(/files of db are out of reach: no volume/)
  expect(whyNot('fault.data-files', withFiles({ component: 'db', folder: '/volumes/db' }))).toBeUndefined()
  expect(whyNot('lifecycle.reboot', always)).toMatch(/disposable/)
  expect(whyNot('lifecycle.reboot', disposable)).toBeUndefined()
  expect(whyNot('lifecycle.reboot', { ...disposable, target: { ...disposable.target, swarm: { ...disposable.target.swarm!, staysDown: ['shop_proxy'] } } })).toMatch(/restart policy of shop_proxy/)
  expect(whyNot('lifecycle.reboot', { ...service, target: { ...service.target, disposable: true } })).toMatch(/restart policy of the service is none/)
  expect(whyNot('lifecycle.stop', service)).toMatch(/restart policy of the service is none/)
  expect(whyNot('config.apply', always)).toMatch(/disposable/)
  const { swarm } = always.target
  const behind = (virtual: readonly string[]) => ({ ...always, target: { ...always.target, swarm: { ...swarm!, virtual } } })
  expect(whyNot('fault.edge', behind(['db', 'cache']))).toMatch(/^db, cache are reached by a virtual address .* endpoint_mode: dnsrr/)
  expect(whyNot('fault.isolate', behind([]))).toBeUndefined()
  expect(whyNot('topology.balancer', { ...always, target: { ...always.target, swarm: { ...swarm!, entryIsMesh: true } } })).toMatch(/routing mesh .* layer 4/)
  expect(whyNot('lifecycle.drain', { ...always, target: { ...always.target, swarm: { ...swarm!, killsUnready: true } } })).toMatch(/health check of the tasks asks \/ready: a swarm kills/)
})

test('a second stack, and a list that stays in force, are offered where the stack may be copied, and the reason is told where it cannot', () => {
  const service = parsed('{ kind: swarm, disposable: true, stack: shop, replicas: api, url: "http://127.0.0.1:8080" }')
  const { swarm } = service.target
  const withList = { ...service, access: { enable: { via: 'http' } } as unknown as NonNullable<typeof service.access> }
  const reason = 'the service agent is a global one'
  const notCopied = { ...withList, target: { ...service.target, swarm: { ...swarm!, notCopied: reason } } }
  const kept = { ...withList, target: { ...service.target, disposable: false } }
  for (const capability of ['lifecycle.apart', 'backup.restoreIsolated'] as const) {
    expect(whyNot(capability, withList)).toBeUndefined()
    expect(whyNot(capability, notCopied)).toContain(reason)
    expect(whyNot(capability, kept)).toMatch(/disposable: true/)
  }
  for (const capability of ['acl.identities', 'limits.rate', 'limits.neighbour'] as const) {
    expect(whyNot(capability, withList)).toBeUndefined()
    expect(whyNot(capability, notCopied)).toMatch(/stays/)
    expect(whyNot(capability, kept)).toMatch(/stays/)
  }
})
