import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ejectWindowMs } from '../core/service-descriptor.js'
import { offers, whyNot } from '../drivers/swarm/swarm-offers.js'
import { parseDescriptor } from '../engine/load-descriptor.js'

/** The stack of the reference service is held to its descriptor: what one says the other must not contradict. */
const reference = join(dirname(fileURLToPath(import.meta.url)), '..', 'reference-service')
const read = (name: string): string => readFileSync(join(reference, name), 'utf8')

const deploy = z.object({ replicas: z.number(), endpoint_mode: z.literal('dnsrr'), restart_policy: z.object({ condition: z.literal('any'), delay: z.string() }) }).loose()
const published = z.object({ target: z.number(), published: z.string().optional(), mode: z.literal('host') }).loose()
const stackService = z.object({
  image: z.string(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.union([z.object({ disable: z.literal(true) }).strict(), z.object({ test: z.array(z.string()) }).loose()]),
  stop_grace_period: z.string().optional(),
  ports: z.array(published).default([]),
  volumes: z.array(z.string()).default([]),
  deploy,
})
const stack = z.object({ services: z.record(z.string(), stackService), volumes: z.record(z.string(), z.null()) }).parse(parse(read('deploy/swarm/stack.yaml'), { merge: true }))
const part = z.object({ command: z.array(z.string()), env: z.record(z.string(), z.string()) })
const written = z.object({ target: z.object({ replicas: part.extend({ count: z.number() }), components: z.record(z.string(), part) }) }).parse(parse(read('seaworthy.yaml')))
const { components, replicas } = written.target
const text = read('seaworthy.yaml').replace(/^target:\n[\s\S]*?^facts:/m, `${read('deploy/swarm/target.yaml')}\nfacts:`)
const service = parseDescriptor(text, join(reference, 'seaworthy.yaml'), {})

const portIn = (name: string): string => stack.services[name]?.environment['PORT'] ?? ''
/** What a value of the descriptor is where every component is a service of the stack. */
const inStack = (value: string, port: string): string =>
  value
    .replaceAll('{host}', '0.0.0.0')
    .replaceAll('{port}', port)
    .replaceAll('{index}', '{{.Task.Slot}}')
    .replaceAll('{instance}', 'ledger-{{.Task.Slot}}')
    .replaceAll('{data}', '/data')
    .replaceAll(/\{(?:run|machine)\}/g, '/data')
    .replaceAll(/\{([a-z-]+):host\}/g, '$1')
    .replaceAll(/\{([a-z-]+):port\}/g, (_, name: string) => portIn(name))

describe.each([...Object.entries(components), ['ledger', replicas] as const])('%s', (name, unit) => {
  const one = stack.services[name]
  test('runs the command of the descriptor, with its environment', () => {
    const { TRUSTED_NETWORK: _onlyInContainers, ...given } = one?.environment ?? {}
    const { CLUSTER_TEMPLATE: _onOneMachine, CODE_CACHE: _ofOneMachine, ...wanted } = unit.env
    expect(one?.command).toEqual(unit.command)
    expect(given).toEqual(Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, inStack(value, portIn(name))])))
  })
  test('keeps its data where a task that replaces it finds them', () => {
    if (name === 'ledger') return // it has none
    expect(one?.volumes).toEqual(one?.environment['DATA_DIRECTORY'] === undefined ? [] : [`${name}:/data`])
    if (one?.volumes.length === 1) expect(stack.volumes).toHaveProperty(name)
  })
  test('is asked by the descriptor at the port it listens to', () => {
    const declared = name === 'ledger' ? service.target.swarm?.replicas.port ?? one?.ports[0]?.target : service.target.swarm?.components[name]?.port
    expect(String(declared)).toBe(portIn(name))
  })
})

test('the services are the components, the replicas and a balancer, and nothing is published by the mesh', () => {
  expect(Object.keys(stack.services).sort()).toEqual([...Object.keys(components), 'ledger', 'balancer'].sort())
  expect(stack.services['ledger']?.deploy.replicas).toBe(replicas.count)
  expect(Object.values(stack.services).flatMap(({ ports }) => ports).every(({ mode }) => mode === 'host')).toBe(true)
  expect(stack.services['balancer']?.ports[0]?.published).toBe('${PUBLISHED_PORT:-8080}')
  expect(service.target.swarm?.url.href).toBe('http://127.0.0.1:8080/')
})

test('the components of the descriptor play the parts that they play without a swarm', () => {
  const alone = parseDescriptor(read('seaworthy.yaml'), join(reference, 'seaworthy.yaml'), {})
  const parts = ({ target }: typeof alone) => target.components.map(({ name, role, hard, ownsData, ready }) => ({ name, role, hard, ownsData, ready }))
  expect(parts(service)).toEqual(parts(alone))
})

test('the balancer looks at least as often as the descriptor says, at what it says', () => {
  const configuration = read('deploy/swarm/haproxy.cfg')
  const { intervalMs, fall, rise, timeoutMs } = service.balancer
  const [, inter, fast, down, ...counts] = (/check inter (\d+)ms fastinter (\d+)ms downinter (\d+)ms fall (\d+) rise (\d+) slowstart/.exec(configuration) ?? []).map(Number)
  expect([inter, ...counts]).toEqual([intervalMs, fall, rise])
  for (const everyMs of [fast, down]) expect(everyMs).toBeLessThan(intervalMs)
  expect(configuration).toContain(`timeout check ${timeoutMs}ms`)
  expect(configuration).toContain(`option httpchk GET ${service.health.readinessPath}\n`)
  expect(ejectWindowMs(service.balancer)).toBeLessThan(10_000)
})

test('what would stay in force for every scenario after it is tried in a copy of the stack alone', () => {
  const kept = { ...service, target: { ...service.target, disposable: false } }
  for (const capability of ['acl.identities', 'limits.rate', 'limits.neighbour'] as const) {
    expect(whyNot(capability, service)).toBeUndefined()
    expect(whyNot(capability, kept)).toContain('access.enable puts in force stays')
  }
})

test('a restore is tried where the request carries the backup, or a command reads it, and not where a task is told a path', () => {
  for (const [capability, name] of [['backup.restoreLive', 'restoreLive'], ['backup.restoreAccount', 'restoreAccount']] as const) {
    expect(whyNot(capability, service)).toBeUndefined()
    const { [name]: uploaded, ...others } = service.backup!
    if (uploaded?.via !== 'http') throw new Error('expected a request')
    const { uploadsFile, ...named } = uploaded
    expect(uploadsFile).toBe(true)
    expect(whyNot(capability, { ...service, backup: { ...others, [name]: { ...named, body: { file: '{file}' } } } })).toContain('a task that is told its path cannot read')
    expect(whyNot(capability, { ...service, backup: { ...others, [name]: { via: 'exec', command: ['restore', '{file}'] } } })).toBeUndefined()
  }
})

test('a replica is found by its name, and taken for running, when it has been ready once; a drain is none of a health check', () => {
  const checks = Object.entries(stack.services).flatMap(([name, { healthcheck: check }]) => ('test' in check ? [[name, check.test] as const] : []))
  expect(checks).toEqual([['ledger', ['CMD', 'node', '/app/container/healthcheck.js', '/health/started']]])
  expect(readFileSync(join(reference, 'container/healthcheck.js'), 'utf8')).toContain('process.argv')
})

test('a swarm rolls releases out by itself', () => {
  for (const capability of ['lifecycle.upgrade', 'lifecycle.upgrade.part', 'lifecycle.upgrade.tool', 'lifecycle.upgrade.bad', 'lifecycle.start-drained'] as const) expect(offers(service).has(capability), capability).toBe(true)
  expect(service.lifecycle.upgrade).not.toHaveProperty('rollOut')
})

test.each(['topology.swap', 'docs.times', 'docs.runbook'] as const)('%s is told as something that a swarm makes impossible or trivial', (capability) => {
  expect(offers(service).has(capability)).toBe(false)
  expect(whyNot(capability, service)).toMatch(/\w/)
})

test.each(['fault.edge', 'fault.isolate', 'lifecycle.apart', 'backup.restoreIsolated', 'lifecycle.reboot', 'fault.data-files'] as const)('%s is offered for it, as it is when it runs', (capability) => {
  const { target } = service
  const running = { ...service, target: { ...target, replicas: { ...target.replicas, restart: 'always' as const }, swarm: { ...target.swarm!, virtual: [], staysDown: [], dataFolder: { component: 'notes', folder: '/volumes/notes' } } } }
  expect(offers(running).has(capability)).toBe(true)
})
