import { isDeepStrictEqual } from 'node:util'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import type { ClusterObject, Workload } from '../objects.js'
import { certificate, key } from './certificate.test-support.js'
import { managedAfter } from './managed-fields.test-support.js'
import { answerStatus, conflict, invalid, Refusal, refusal, requireRollable, unreadable } from './refusals.test-support.js'
import type { Change, Kind, StoredObjects } from './stored-objects.test-support.js'

export interface ApiOptions {
  readonly store: StoredObjects
  readonly token: string
  /** Told of a deletion; `graceSeconds` undefined: the pod's own. */
  /** After what a workload shall be was changed. */
  readonly reconcile: () => void
  readonly deletePod: (name: string, graceSeconds: number | undefined) => void
  /** Whether a disruption budget lets a pod be evicted. */
  readonly mayEvict: () => boolean
  readonly logOf: (pod: string) => string
  /** Resolves to the object as it is stored. */
  readonly create: (kind: Kind, object: ClusterObject) => ClusterObject
  /** Told when a namespace is to go with everything in it. */
  readonly empty: () => void
}

const namespaced = /^\/(?:api\/v1|apis\/(?:apps|autoscaling|discovery\.k8s\.io|policy|rbac\.authorization\.k8s\.io|networking\.k8s\.io)\/v1)\/namespaces\/([^/]+)\/([a-z]+)(?:\/([^/]+)(?:\/([a-z]+))?)?$/
const ofCluster = /^\/api\/v1\/()(nodes)(?:\/([^/]+))?$/
const ofNoNamespace = ['nodes', 'namespaces']
const aNamespace = /^\/api\/v1\/namespaces(?:\/([^/]+))?$/
/** Created and never read. */
const inert = ['configmaps', 'serviceaccounts', 'roles', 'rolebindings', 'networkpolicies']
const namespaceGoneMs = 100
const kindNames: Readonly<Record<Kind, readonly [string, string]>> = {
  deployments: ['Deployment', 'apps/v1'],
  pods: ['Pod', 'v1'],
  endpointslices: ['EndpointSlice', 'discovery.k8s.io/v1'],
  services: ['Service', 'v1'],
  poddisruptionbudgets: ['PodDisruptionBudget', 'policy/v1'],
  events: ['Event', 'v1'],
  statefulsets: ['StatefulSet', 'apps/v1'],
  horizontalpodautoscalers: ['HorizontalPodAutoscaler', 'autoscaling/v1'],
  nodes: ['Node', 'v1'],
}
const isKind = (text: string): text is Kind => Object.hasOwn(kindNames, text)

/** An API server on loopback that speaks HTTPS as the recorded one does, as far as the driver asks. */
export class FakeApiServer {
  readonly #options: ApiOptions
  #server: Server | undefined
  #port = 0
  readonly #sockets = new Set<Socket>()
  /** What webhooks and defaults make of a workload that is changed. */
  admit: (workload: Workload) => Workload = (workload) => workload
  readonly denied = new Set<string>() // 'verb resource' or 'verb resource/subresource' that is refused from now on
  /** False: a webhook has effects elsewhere and cannot be asked for what is not carried out. */
  takesDryRuns = true
  /** Awaited before a request is carried out, as 'METHOD path': one that takes its time. */
  delay: (asked: string) => Promise<unknown> | undefined = () => undefined
  /** Every request, as 'METHOD path'. */
  readonly asked: string[] = []
  /** All of them show the same objects. */
  readonly namespaces = new Set(['default'])

  constructor(options: ApiOptions) {
    this.#options = options
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`
  }

  /** At the address it had, when it was stopped before. */
  async start(): Promise<void> {
    const server = createServer({ cert: certificate, key }, (request, response) => void this.#take(request, response))
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** As killed: every connection breaks, new ones are refused. */
  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** Only the watches break, as a proxy in between does it. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    this.asked.push(`${request.method} ${url.pathname}`)
    try {
      let text = ''
      for await (const piece of request) text += String(piece)
      await this.delay(`${request.method} ${url.pathname}`)
      this.#requireKnownUser(request)
      await this.#answer({ method: request.method ?? 'GET', url, text, contentType: request.headers['content-type'] ?? '' }, response)
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) return void response.destroy()
      answerStatus(response, thrown)
    }
  }

  #requireKnownUser({ headers }: IncomingMessage): void {
    if (headers.authorization !== `Bearer ${this.#options.token}`) throw refusal(401, 'Unauthorized', 'Unauthorized')
  }

  #requireAllowed(verb: string, resource: string, name: string): void {
    if (!this.denied.has(`${verb} ${resource}`)) return
    throw refusal(403, 'Forbidden', `${resource} "${name}" is forbidden: User "seaworthy" cannot ${verb} resource "${resource}"`, { name, kind: resource })
  }

  async #answer(asked: Asked, response: ServerResponse): Promise<void> {
    const { method, url } = asked
    if (url.pathname === '/version') return answer(response, 200, { major: '1', minor: '36', gitVersion: 'v1.36.2', platform: 'linux/amd64' })
    if (url.pathname.endsWith('/selfsubjectaccessreviews') && method === 'POST') return answer(response, 201, this.#review(asked.text))
    const own = aNamespace.exec(url.pathname)
    if (own !== null) return answer(response, method === 'POST' ? 201 : 200, this.#namespace(asked, own[1] ?? ''))
    const [, namespace = '', resource = '', name = '', sub] = namespaced.exec(url.pathname) ?? ofCluster.exec(url.pathname) ?? []
    if (namespace !== '' && !this.namespaces.has(namespace)) throw refusal(404, 'NotFound', `namespaces "${namespace}" not found`, { name: namespace, kind: 'namespaces' })
    if (method === 'POST' && inert.includes(resource)) return answer(response, 201, JSON.parse(asked.text))
    if (!isKind(resource)) throw refusal(404, 'NotFound', 'the server could not find the requested resource', {})
    const verb = method === 'GET' ? (name !== '' ? 'get' : url.searchParams.has('watch') ? 'watch' : 'list') : { POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' }[method] ?? ''
    this.#requireAllowed(verb, sub === undefined ? resource : `${resource}/${sub}`, name)
    if (verb === 'watch') return this.#watch(resource, url, response)
    if (verb === 'list') return answer(response, 200, this.#list(resource, url))
    if (sub === 'eviction') return this.#evict(name, response)
    if (method === 'POST' && this.#options.store.get(resource, nameIn(asked.text)) === undefined) return answer(response, 201, whole(resource, this.#options.create(resource, JSON.parse(asked.text) as ClusterObject)))
    if (method === 'POST') throw refusal(409, 'AlreadyExists', `${resource}.apps "${nameIn(asked.text)}" already exists`, { name: nameIn(asked.text), kind: resource })
    const object = this.#options.store.get(resource, name)
    if (object === undefined) throw refusal(404, 'NotFound', `${resource} "${name}" not found`, { name, kind: resource })
    if (sub === 'log') return this.#log(name, response)
    if (sub === 'scale') return answer(response, 200, scaleOf(object as Workload))
    if (verb === 'patch') return answer(response, 200, whole(resource, this.#patch(resource, object, asked)))
    if (verb === 'update') throw conflict(resource, name)
    if (verb === 'delete') this.#delete(name, object, asked.text)
    answer(response, 200, whole(resource, this.#options.store.get(resource, name) ?? object))
  }

  #namespace({ method, text }: Asked, asked: string): unknown {
    const verb = { POST: 'create', DELETE: 'delete' }[method] ?? 'get'
    const name = method === 'POST' ? nameIn(text) : asked
    this.#requireAllowed(verb, 'namespaces', name)
    if (method === 'POST' && this.namespaces.has(name)) throw refusal(409, 'AlreadyExists', `namespaces "${name}" already exists`, { name, kind: 'namespaces' })
    if (method === 'POST') this.namespaces.add(name)
    else if (!this.namespaces.has(name)) throw refusal(404, 'NotFound', `namespaces "${name}" not found`, { name, kind: 'namespaces' })
    if (method === 'DELETE') {
      this.#options.empty()
      setTimeout(() => this.namespaces.delete(name), namespaceGoneMs)
    }
    return { kind: 'Namespace', apiVersion: 'v1', metadata: { name }, status: { phase: method === 'DELETE' ? 'Terminating' : 'Active' } }
  }

  #review(text: string): unknown {
    const { spec } = JSON.parse(text) as { readonly spec: { readonly resourceAttributes: { readonly namespace?: string; readonly verb: string; readonly resource: string; readonly subresource?: string } } }
    const { verb, resource, subresource, namespace } = spec.resourceAttributes
    // What is of the cluster is asked for without a namespace, everything else within one.
    const allowed = ofNoNamespace.includes(resource) === (namespace === undefined) && !this.denied.has(`${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`)
    return { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status: { allowed } }
  }

  #list(kind: Kind, url: URL): unknown {
    const all = this.#options.store.list(kind).filter((object) => matches(object, url))
    const limit = Number(url.searchParams.get('limit') ?? '0')
    const from = Number(url.searchParams.get('continue') ?? '0')
    const items = limit === 0 ? all : all.slice(from, from + limit)
    const next = from + items.length < all.length ? { continue: String(from + items.length) } : {}
    const [name, apiVersion] = kindNames[kind]
    return { kind: `${name}List`, apiVersion, metadata: { resourceVersion: String(this.#options.store.version), ...next }, items }
  }

  #watch(kind: Kind, url: URL, response: ServerResponse): void {
    const { store } = this.#options
    const from = Number(url.searchParams.get('resourceVersion') ?? '0')
    response.writeHead(200, { 'content-type': 'application/json' })
    const line = (type: string, object: unknown): void => void (response.writableEnded || response.write(`${JSON.stringify({ type, object })}\n`))
    if (from < store.compacted) {
      line('ERROR', { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `too old resource version: ${from} (${store.compacted})`, reason: 'Expired', code: 410 })
      response.end()
      return
    }
    response.flushHeaders()
    const send = ({ kind: changed, type, object }: Change): void => (changed === kind && matches(object, url) ? line(type, whole(kind, object)) : undefined)
    for (const change of store.since(kind, from)) send(change)
    const stop = store.onChange(send)
    const [name, apiVersion] = kindNames[kind]
    const bookmarks = setInterval(() => line('BOOKMARK', { kind: name, apiVersion, metadata: { resourceVersion: String(store.version), creationTimestamp: null } }), 200)
    const limit = setTimeout(() => response.end(), Number(url.searchParams.get('timeoutSeconds') ?? '300') * 1_000)
    response.once('close', () => {
      stop()
      clearInterval(bookmarks)
      clearTimeout(limit)
    })
  }

  #patch(kind: Kind, object: ClusterObject, { url, text, contentType }: Asked): ClusterObject {
    if (contentType !== 'application/merge-patch+json' && contentType !== 'application/strategic-merge-patch+json') throw refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
    let patch: Fields
    try {
      patch = JSON.parse(text) as Fields
    } catch {
      throw refusal(400, 'BadRequest', 'error decoding patch: unexpected end of JSON input')
    }
    const isDryRun = url.searchParams.get('dryRun') === 'All'
    if (isDryRun && !this.takesDryRuns) throw refusal(400, 'BadRequest', 'admission webhook "digests.example" does not support dry run')
    const patched = merged(object, patch) as ClusterObject & { readonly spec?: { readonly replicas?: unknown } }
    const isWorkload = kind === 'deployments' || kind === 'statefulsets'
    const { replicas } = isWorkload ? (patched.spec ?? {}) : { replicas: 1 }
    if (typeof replicas !== 'number') throw unreadable(text)
    if (replicas < 0) throw invalid(object.metadata.name, String(replicas))
    if (kind === 'deployments') requireRollable(patched as unknown as Workload)
    const wanted = (patch['metadata'] as Fields | undefined)?.['resourceVersion']
    if (wanted !== undefined && wanted !== object.metadata.resourceVersion) throw conflict(kind, object.metadata.name)
    // What it shall be makes a generation, and so do the annotations of a Deployment, which its controller hands on.
    const { spec, metadata } = object as ClusterObject & { readonly spec?: unknown }
    const says = (annotations: unknown): unknown => (kind === 'deployments' ? (annotations ?? {}) : undefined)
    const isOther = !isDeepStrictEqual([spec, says(metadata.annotations)], [patched.spec, says(patched.metadata.annotations)])
    const generation = (metadata.generation ?? 1) + (isOther ? 1 : 0)
    const admitted = isWorkload && patch['spec'] !== undefined ? this.admit(patched as unknown as Workload) : patched
    // Of others it is not kept: the recorded dialogue leaves it out.
    const manager = url.searchParams.get('fieldManager')
    const managed = manager === null ? {} : { managedFields: managedAfter(object, patched, manager) }
    const result = { ...admitted, metadata: { ...patched.metadata, ...managed, ...(kind === 'nodes' ? {} : { generation }) } }
    if (isDryRun) return result
    const stored = this.#options.store.put(kind, result)
    if (patch['spec'] !== undefined) this.#options.reconcile()
    return stored
  }

  #delete(name: string, object: ClusterObject, text: string): void {
    const { preconditions, gracePeriodSeconds } = (text === '' ? {} : JSON.parse(text)) as { readonly preconditions?: { readonly uid?: string }; readonly gracePeriodSeconds?: number }
    if (preconditions?.uid !== undefined && preconditions.uid !== object.metadata.uid) throw conflict('pods', name)
    this.#options.deletePod(name, gracePeriodSeconds)
  }

  #evict(name: string, response: ServerResponse): void {
    if (!this.#options.mayEvict()) {
      throw refusal(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web does not allow evicting pods currently' }] })
    }
    this.#options.deletePod(name, undefined)
    answer(response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
  }

  #log(name: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write(this.#options.logOf(name))
    const stop = this.#options.store.onChange(({ kind, type, object }) => {
      if (kind !== 'pods' || type !== 'DELETED' || object.metadata.name !== name) return
      stop()
      response.end()
    })
    response.once('close', stop)
  }
}

interface Asked {
  readonly method: string
  readonly url: URL
  readonly text: string
  readonly contentType: string
}
type Fields = Readonly<Record<string, unknown>>

const answer = (response: ServerResponse, status: number, body: unknown): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const whole = (kind: Kind, object: ClusterObject): unknown => ({ kind: kindNames[kind][0], apiVersion: kindNames[kind][1], ...object })
const nameIn = (text: string): string => (JSON.parse(text) as ClusterObject).metadata.name
const scaleOf = ({ metadata, spec, status }: Workload): unknown => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata
  return { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp }, spec: { replicas: spec.replicas }, status: { replicas: status?.replicas ?? 0, selector: 'app=web' } }
}

function matches({ metadata, ...object }: ClusterObject & { readonly spec?: { readonly unschedulable?: boolean } }, url: URL): boolean {
  if (url.searchParams.get('fieldSelector') === 'spec.unschedulable=true' && object.spec?.unschedulable !== true) return false
  const selector = url.searchParams.get('labelSelector') ?? ''
  return selector === '' || selector.split(',').every((one) => metadata.labels?.[one.split('=')[0] ?? ''] === one.split('=')[1])
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
/** RFC 7396. */
function merged(value: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const result: Record<string, unknown> = isFields(value) ? { ...value } : {}
  for (const [name, part] of Object.entries(patch)) {
    if (part === null) delete result[name]
    else result[name] = merged(result[name], part)
  }
  return result
}
