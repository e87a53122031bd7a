import type { FastifyInstance, FastifyRequest, onSendAsyncHookHandler } from 'fastify'
import { defective } from '../defects.js'
import { accessListOf, keyHashOf, permissionsOf, type AccessList, type ListedCaller, type Permission } from './access-list.js'
import type { AuditLog } from './audit.js'
import { Refusal } from './errors.js'
import type { LiveConfiguration } from './live-configuration.js'
import { knownCallers } from './known-callers.js'
import { isMapping } from './mapping.js'
import { RateLimits } from './rate-limits.js'
import type { Cache } from './cache.js'

/** No key, or one that is not on the list: 401, as the caller may know another one. */
class Unauthenticated extends Refusal {
  constructor() {
    super(401, 'expected an authorization header with the key of a caller on the access list')
  }
}

/**
 * Once an access list is in force every request but for the health checks is held against it, in memory: the list is part of the live
 * configuration. Without a list there is no access control, as in a service that stands behind another one that has it.
 */
export function guardAccess(app: FastifyInstance, live: LiveConfiguration, cache: Cache): void {
  const limits = new RateLimits(cache)
  app.addHook('onSend', refuseTooLate)
  app.addHook('onRequest', async (request, reply) => {
    const list = live.inForce.access
    const wanted = list === undefined ? undefined : permissionFor(request)
    if (list === undefined || wanted === undefined) return
    const caller = callerOf(list, request.headers.authorization)
    if (caller === undefined) {
      if (list.unlisted === 'open' && wanted !== 'operate') return
      reply.header('www-authenticate', 'Bearer')
      throw new Unauthenticated()
    }
    knownCallers.set(request, caller.name)
    if (wanted === 'write' && !caller.may.includes(wanted) && defective('accs.refused-after-writing')) {
      refusedTooLate.add(request)
      return
    }
    if (!caller.may.includes(wanted)) throw new Refusal(403, `the caller ${caller.name} may not ${wanted}`)
    if (caller.limit !== undefined) await limits.count(caller.name, caller.limit, reply)
  })
}

/** Only for the defect accs.refused-after-writing. */
const refusedTooLate = new WeakSet<FastifyRequest>()
const refuseTooLate: onSendAsyncHookHandler = async (request, reply, payload) => {
  if (refusedTooLate.has(request)) reply.code(403)
  return payload
}

/** Undefined: for everyone. */
function permissionFor({ method, routeOptions: { url = '' } }: FastifyRequest): Permission | undefined {
  if (url === '/health' || url.startsWith('/health/')) return undefined
  if (url.startsWith('/admin/')) return 'operate'
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write'
}

type KnownCaller = Pick<ListedCaller, 'may' | 'limit'> & { readonly name: string }
const guest: KnownCaller = { name: 'guest', may: ['read', 'write', 'operate'] }

function callerOf(list: AccessList, authorization: string | undefined): KnownCaller | undefined {
  const key = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (key === undefined) return defective('accs.default-open') ? guest : undefined
  const hash = keyHashOf(key)
  const known = Object.entries(list.callers).find(([, one]) => one.keyHash === hash)
  return known === undefined ? undefined : { name: known[0], ...known[1] }
}

/** What operators see and change of the list. Keys are taken as they are and kept as hashes; they are never shown. */
export function accessRoutes(app: FastifyInstance, live: LiveConfiguration, audit: AuditLog): void {
  const config = { control: true }
  app.get('/admin/access', { config }, () => shown(live.inForce.access))
  app.put('/admin/access', { config, ...audit.of('access', () => 'access list') }, async ({ body }) => {
    const access = refusing(() => accessListOf(body))
    if (access === undefined) throw new Refusal(422, 'expected a JSON object with "unlisted" and "callers"')
    return { revision: await live.change(() => ({ access })) }
  })
  app.put<{ Params: { name: string } }>('/admin/access/callers/:name/permissions', { config, ...audit.of('access', ({ params }) => (params as { name: string }).name) }, async ({ params: { name }, body }) => {
    const may = refusing(() => permissionsOf(isMapping(body) ? body['may'] : undefined, 'may'))
    const revision = await live.change(({ access }) => {
      const caller = access !== undefined && Object.hasOwn(access.callers, name) ? access.callers[name] : undefined
      if (access === undefined || caller === undefined) throw new Refusal(404, `no caller ${name} is on the access list`)
      return { access: { ...access, callers: { ...access.callers, [name]: { ...caller, may } } } }
    })
    return { name, may, revision }
  })
}

function shown(list: AccessList | undefined): object {
  if (list === undefined) return { inForce: false }
  return { inForce: true, unlisted: list.unlisted, callers: Object.fromEntries(Object.entries(list.callers).map(([name, { may, limit }]) => [name, { may, ...(limit === undefined ? {} : { limit }) }])) }
}

function refusing<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Refusal(422, (error as Error).message)
  }
}
