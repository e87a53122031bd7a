import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceDescriptor } from '../../../core/service-descriptor.js'
import type { ClusterNode, DisruptionBudget, EndpointSlice, Pod, Service } from '../objects.js'
import { FakeApiServer } from './api-server.test-support.js'
import { certificate } from './certificate.test-support.js'
import { Controllers } from './controllers.test-support.js'
import { readyNode, webDeployment, webStatefulSet } from './declared-objects.test-support.js'
import type { Manner } from './pod-program.test-support.js'
import { metadataOf, StoredObjects } from './stored-objects.test-support.js'

const token = 'of-the-fake-cluster'

export interface FakeCluster {
  readonly api: FakeApiServer
  readonly store: StoredObjects
  readonly controllers: Controllers
  readonly kubeconfig: string
  readonly service: ServiceDescriptor
  mayEvict: boolean
  close(): Promise<void>
}

export interface FakeClusterOptions {
  readonly network: number
  readonly manner?: Manner
  readonly drainMs?: number
  /** Then `web` and its Service are for the test to create. */
  readonly isEmpty?: boolean
  readonly workload?: 'deployment' | 'statefulset'
  readonly nodes?: readonly string[]
}

/** A cluster of two nodes and one namespace with the deployment (or stateful set) `web`, three replicas that are ready, and a Service that spreads connections over them. */
export async function startFakeCluster({ network, manner = 'graceful', drainMs = 150, isEmpty = false, workload = 'deployment', nodes = ['sea1', 'sea2'] }: FakeClusterOptions): Promise<FakeCluster> {
  const store = new StoredObjects()
  const port = await freePort()
  const controllers = new Controllers(store, { manner, port, network, drainMs, workload })
  const budget = { mayEvict: true }
  const api = new FakeApiServer({
    store,
    token,
    reconcile: () => controllers.reconcile(),
    deletePod: (name, graceSeconds) => controllers.terminate(name, graceSeconds ?? 2),
    mayEvict: () => budget.mayEvict,
    logOf: (pod) => controllers.programs.get(pod)?.log ?? '',
    create: (kind, object) => {
      const stored = store.put(kind, { ...object, metadata: metadataOf(object.metadata.name, { generation: 1, labels: object.metadata.labels ?? {} }) })
      controllers.reconcile()
      return stored
    },
    empty: () => {
      store.remove('deployments', 'web')
      for (const { metadata } of store.list<Pod>('pods')) controllers.terminate(metadata.name, 0)
    },
  })
  for (const name of nodes) store.put<ClusterNode>('nodes', readyNode(name))
  await api.start()
  const entry = await startServiceProxy(store, port)
  if (!isEmpty) {
    store.put<Service>('services', { metadata: metadataOf('web'), spec: { type: 'NodePort', clusterIP: '10.96.90.170', ports: [{ port: 80, nodePort: entry.port }] } })
    store.put<DisruptionBudget>('poddisruptionbudgets', { metadata: metadataOf('web'), spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } }, status: { disruptionsAllowed: 1 } })
    store.put(`${workload}s`, workload === 'deployment' ? webDeployment(3) : webStatefulSet(3))
    controllers.reconcile()
  }
  const directory = mkdtempSync(join(tmpdir(), 'sw-kube-'))
  const kubeconfig = join(directory, 'config')
  writeFileSync(kubeconfig, kubeconfigText(api.url))
  if (!isEmpty) await untilReady(store)
  return Object.assign(budget, {
    api,
    store,
    controllers,
    kubeconfig,
    service: descriptorOf(entry.port, workload),
    async close() {
      controllers.close()
      await api.stop()
      await entry.close()
      rmSync(directory, { recursive: true, force: true })
    },
  })
}

const kubeconfigText = (server: string): string => `apiVersion: v1
kind: Config
current-context: fake
clusters: [{ name: c, cluster: { server: '${server}', certificate-authority-data: ${Buffer.from(certificate).toString('base64')} } }]
users: [{ name: u, user: { token: ${token} } }]
contexts: [{ name: fake, context: { cluster: c, user: u, namespace: default } }]
`

async function untilReady(store: StoredObjects): Promise<void> {
  while (store.list<Pod>('pods').filter(({ status }) => status.containerStatuses?.[0]?.ready === true).length < 3) await new Promise((resolve) => setTimeout(resolve, 10))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What kube-proxy does: each new connection goes to a ready endpoint, in turn; established ones stay where they are. */
async function startServiceProxy(store: StoredObjects, port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let turn = 0
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const ready = store.list<EndpointSlice>('endpointslices').flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) => addresses))
    const host = ready[turn++ % Math.max(1, ready.length)]
    if (host === undefined) return void client.resetAndDestroy()
    const pod = connect({ host, port, allowHalfOpen: true })
    for (const [one, other] of [[client, pod], [pod, client]] as const) {
      sockets.add(one)
      one.once('error', () => other.resetAndDestroy()).once('close', () => sockets.delete(one))
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const drainingNodes = (service: ServiceDescriptor): ServiceDescriptor => ({ ...service, target: { ...service.target, cluster: { ...service.target.cluster!, drain: 'node' } } })

function descriptorOf(entryPort: number, kind: 'deployment' | 'statefulset'): ServiceDescriptor {
  const operation = { headers: {}, timeoutMs: 5_000, streams: false, holdsBody: false }
  return {
    schema: 'seaworthy/v1',
    name: 'web',
    directory: tmpdir(),
    target: {
      kind: 'kubernetes',
      disposable: false,
      replicas: { command: [], env: {}, restart: 'always', startAtBoot: true, count: 1 },
      components: [],
      cluster: { namespace: 'default', workload: { kind, name: 'web' }, service: 'web', url: new URL(`http://127.0.0.1:${entryPort}`) },
    },
    facts: {},
    identity: { instanceHeader: 'x-instance', bootHeader: 'x-boot' },
    balancer: { intervalMs: 1_000, fall: 2, rise: 1, timeoutMs: 1_000 },
    health: { readinessPath: '/ready', livenessPath: '/live' },
    lifecycle: { stop: { signal: 'SIGTERM', graceMs: 30_000, allowedExitCodes: [0] }, startTimeoutMs: 5_000 },
    traffic: {
      home: { ...operation, name: 'home', method: 'GET', path: '/', expect: { status: [], json: {} }, mutates: false, weight: 1 },
      stream: { ...operation, name: 'stream', method: 'GET', path: '/stream/{durationMs}', expect: { status: [200], json: {}, bodyEndsWith: 'done\n' }, mutates: false, weight: 0, streams: true },
    },
    notApplicable: [],
    waivers: [],
    overrides: {},
  }
}
