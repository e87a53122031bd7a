import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { descriptorIn, imageOfManifests, placed, readManifests } from '../bench/cluster-trial/manifests.js'
import { roleText } from '../drivers/kubernetes/permissions.js'
import { parseDescriptor } from '../engine/load-descriptor.js'

/** The manifests of the reference service are held to its descriptor: what one says the other must not contradict. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const reference = join(root, 'reference-service')
const manifests = readManifests(join(reference, 'deploy'))

const labels = z.record(z.string(), z.string())
const selector = z.object({ matchLabels: labels })
const probe = z.object({ tcpSocket: z.object({ port: z.string() }).optional(), httpGet: z.object({ path: z.string(), port: z.string() }).optional() })
const variable = z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() })
const container = z.object({
  image: z.string(),
  imagePullPolicy: z.string(),
  args: z.array(z.string()),
  env: z.array(variable),
  ports: z.tuple([z.object({ name: z.string(), containerPort: z.number() })]),
  readinessProbe: probe,
  livenessProbe: probe.optional(),
  lifecycle: z.unknown().optional(),
})
const podSpec = z.object({ terminationGracePeriodSeconds: z.number(), enableServiceLinks: z.literal(false), containers: z.tuple([container]) })
const deployment = z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ replicas: z.number(), selector, template: z.object({ metadata: z.object({ labels }), spec: podSpec }) }) })
const service = z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ selector: labels, ports: z.tuple([z.object({ port: z.number(), targetPort: z.string() })]) }) })
const part = z.object({ command: z.array(z.string()), env: z.record(z.string(), z.string()), ready: z.string().default('tcp') })
const declared = z.object({ target: z.object({ replicas: part.extend({ count: z.number() }), components: z.record(z.string(), part) }) }).loose()

const ofKind = <T>(kind: string, schema: z.ZodType<T>): readonly T[] => manifests.filter((one) => one.kind === kind).map((one) => schema.parse(one))
const deployments = ofKind('Deployment', deployment)
const services = ofKind('Service', service)
const written = declared.parse(parse(readFileSync(join(reference, 'seaworthy.yaml'), 'utf8')))
const { components, replicas } = written.target
const descriptorText = descriptorIn(manifests)
const descriptor = z.record(z.string(), z.unknown()).parse(parse(descriptorText))

function named<T extends { readonly metadata: { readonly name: string } }>(all: readonly T[], name: string): T {
  const found = all.find(({ metadata }) => metadata.name === name)
  if (found === undefined) throw new Error(`no object ${name}`)
  return found
}
const containerOf = (name: string): z.infer<typeof container> => named(deployments, name).spec.template.spec.containers[0]
const servicePort = (name: string): number => named(services, name).spec.ports[0].port

/** What a value of the descriptor is where every component is a Service. */
function inCluster(text: string, port: number): string {
  return text
    .replaceAll('{host}', '0.0.0.0')
    .replaceAll('{port}', String(port))
    .replaceAll('{index}', '0')
    .replaceAll('{data}', '/data')
    .replaceAll(/\{(?:run|machine)\}/g, '/data')
    .replaceAll(/\{([a-z-]+):host\}/g, '$1')
    .replaceAll(/\{([a-z-]+):port\}/g, (_, name: string) => String(servicePort(name)))
}
/** Of one machine only; and what only a network of pods needs. */
const onOneMachine = ['CLUSTER_TEMPLATE', 'CODE_CACHE']
const inPods = ['TRUSTED_NETWORK']

describe.each([...Object.entries(components), ['ledger', replicas] as const])('%s', (name, unit) => {
  const { args, env, ports, readinessProbe } = containerOf(name)
  test('runs the command of the descriptor', () => {
    expect(args).toEqual(unit.command)
  })
  test('has the environment of the descriptor, with the names of the Services for its addresses', () => {
    const given = Object.fromEntries(env.filter((one) => !inPods.includes(one.name)).map((one) => [one.name, one.value]))
    const wanted = Object.fromEntries(Object.entries(unit.env).filter(([key]) => !onOneMachine.includes(key)).map(([key, value]) => [key, value === '{instance}' ? undefined : inCluster(value, ports[0].containerPort)]))
    expect(given).toEqual(wanted)
  })
  test('is ready by what the descriptor asks', () => {
    const wanted = name === 'ledger' ? '/health/ready' : unit.ready
    expect(readinessProbe).toEqual(wanted === 'tcp' ? { tcpSocket: { port: ports[0].name } } : { httpGet: { path: wanted, port: ports[0].name } })
  })
  test('is found by its Service, at the port it listens to', () => {
    const { spec } = named(services, name)
    expect(named(deployments, name).spec.template.metadata.labels).toMatchObject(spec.selector)
    expect(spec.ports[0].targetPort).toBe(ports[0].name)
  })
  test('is not reached by a variable of the cluster that has the name of one of its own', () => {
    expect(named(deployments, name).spec.template.spec.enableServiceLinks).toBe(false)
  })
})

describe('the objects', () => {
  test('are the components and the replicas of the descriptor, and nothing else runs', () => {
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual([...Object.keys(components), 'ledger'].sort())
    expect(named(deployments, 'ledger').spec.replicas).toBe(replicas.count)
  })
  test('name no namespace, and none twice', () => {
    expect(JSON.stringify(manifests.map(({ metadata }) => metadata))).not.toContain('namespace')
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
  })
  test('select the pods of their own Deployment', () => {
    for (const { spec } of deployments) expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
    const [budget] = ofKind('PodDisruptionBudget', z.object({ spec: z.object({ minAvailable: z.number(), selector }) }))
    expect(named(deployments, 'ledger').spec.template.metadata.labels).toMatchObject(budget?.spec.selector.matchLabels ?? { none: '' })
    expect(budget?.spec.minAvailable).toBe(replicas.count - 1)
  })
  test('let only this namespace talk to the components, which trust everybody who can', () => {
    const [policy] = ofKind('NetworkPolicy', z.object({ spec: z.object({ podSelector: selector }) }))
    const guarded = deployments.filter(({ spec }) => Object.entries(policy?.spec.podSelector.matchLabels ?? { none: '' }).every(([key, value]) => spec.template.metadata.labels[key] === value))
    expect(guarded.map(({ metadata }) => metadata.name).sort()).toEqual(Object.keys(components).sort())
  })
  test('are of one image, which may be on the nodes already, and get another', () => {
    for (const { spec } of deployments) expect(spec.template.spec.containers[0]).toMatchObject({ image: imageOfManifests, imagePullPolicy: 'IfNotPresent' })
    for (const one of manifests.map((manifest) => placed(manifest, { namespace: 'trial', image: 'registry.example/reference:7' }))) {
      expect(one.metadata).toMatchObject({ namespace: 'trial' })
      if (one.kind === 'Deployment') expect(deployment.parse(one).spec.template.spec.containers[0].image).toBe('registry.example/reference:7')
    }
  })
})

describe('the descriptor for the cluster', () => {
  const service = parseDescriptor(descriptorText, '/seaworthy.yaml', { NAMESPACE: 'trial' })
  test('is one, of what the manifests create', () => {
    expect(service.target.cluster).toMatchObject({ namespace: 'trial', workload: { kind: 'deployment', name: 'ledger' }, service: 'ledger' })
    expect(containerOf('ledger').readinessProbe.httpGet?.path).toBe(service.health.readinessPath)
    expect(containerOf('ledger').livenessProbe?.httpGet?.path).toBe(service.health.livenessPath)
  })
  test('says what that of the processes says, where it says anything', () => {
    const { schema, service: name, identity, health, lifecycle, traffic, data } = descriptor
    expect(written).toMatchObject({ schema, service: name, identity, health, lifecycle, traffic, data })
  })
  test('gives a stop as much time as the pods have, which is more than the service takes', () => {
    const graceMs = named(deployments, 'ledger').spec.template.spec.terminationGracePeriodSeconds * 1_000
    const { drain } = z.object({ drain: z.object({ deadlineMs: z.number() }) }).parse(parse(readFileSync(join(reference, 'configuration.yaml'), 'utf8')))
    expect(service.lifecycle.stop?.graceMs).toBe(graceMs)
    expect(graceMs).toBeGreaterThanOrEqual(drain.deadlineMs + 2_000)
    expect(containerOf('ledger').lifecycle).toBeUndefined()
  })
  test('needs the Role of the manifests and no other', () => {
    const [role] = ofKind('Role', z.object({ rules: z.array(z.unknown()) }))
    const { cluster } = service.target
    if (cluster === undefined) throw new Error('no target in a cluster')
    expect(role?.rules).toEqual(z.object({ rules: z.array(z.unknown()) }).parse(parse(roleText(cluster, { scales: true, drainsNodes: false }))).rules)
    const [binding] = ofKind('RoleBinding', z.object({ roleRef: z.object({ name: z.string() }), subjects: z.array(z.object({ kind: z.string(), name: z.string() })) }))
    expect(binding).toEqual({ roleRef: { name: 'seaworthy' }, subjects: [{ kind: 'ServiceAccount', name: 'seaworthy' }] })
    expect(manifests.some(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'seaworthy')).toBe(true)
  })
})
