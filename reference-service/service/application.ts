import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import { accessRoutes, guardAccess } from './access.js'
import { accountObjectRoutes } from './account-objects.js'
import { accountRoutes } from './accounts.js'
import { administrationRoutes } from './administration.js'
import { auditRoutes, type AuditLog } from './audit.js'
import type { BackgroundWork } from './background-work.js'
import type { Cache } from './cache.js'
import type { Configuration } from './configuration.js'
import { configurationRoutes } from './configuration-routes.js'
import type { Connections } from './connections.js'
import type { DatabaseAccess } from './database-access.js'
import { deskRoutes } from './desk.js'
import type { Drain } from './drain.js'
import type { Environment } from './environment.js'
import { errorAnswer, Refusal, Unavailable } from './errors.js'
import type { ExceptionReports } from './exception-reports.js'
import { healthRoutes } from './health.js'
import type { HealthSources } from './health.js'
import { requireLease } from './hidden-leader.js'
import type { InFlight, WorkInFlight } from './in-flight.js'
import type { LiveConfiguration } from './live-configuration.js'
import { loginRoutes } from './logins.js'
import type { RecordStore } from './record-store.js'
import type { RequestMetrics } from './request-metrics.js'
import { logLevelRoutes, logRequest } from './request-log.js'
import { clientGaveUp, metricsRoute } from './request-metrics.js'
import { readOnlyMarker } from './read-only.js'
import { recordRoutes } from './records.js'
import { restoreRoutes } from './restores.js'
import { sessionRoutes } from './sessions.js'
import { setupRoutes } from './setup.js'
import { toggleRoutes } from './toggle-routes.js'
import type { Toggles } from './toggles.js'
import { transferRoutes } from './transfers.js'
import { visitRoutes } from './visits.js'
import { workRoutes } from './work.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Health and administration: always answered, and not counted as work in flight. */
    readonly control?: boolean
  }
  interface FastifyRequest {
    work: WorkInFlight
  }
}

export interface ApplicationParts extends HealthSources {
  readonly database: DatabaseAccess
  readonly records: RecordStore
  readonly cache: Cache
  readonly toggles: Toggles
  readonly drain: Drain
  readonly inFlight: InFlight
  readonly work: BackgroundWork
  readonly connections: Connections
  readonly live: LiveConfiguration
  readonly environment: Environment
  readonly metrics: RequestMetrics
  readonly reports: ExceptionReports
  readonly audit: AuditLog
  readonly isStopping: () => boolean
  readonly restoreObjectsPerSecond: number
}

/** The HTTP server without its routes: it must exist before the drain can be given its connections. */
export function createApplication(http: Configuration['http']): FastifyInstance {
  const app = Fastify({
    logger: false,
    keepAliveTimeout: http.keepAliveTimeoutMs,
    routerOptions: { maxParamLength: 1_000 },
  })
  // Headers may be late by one keep-alive pause and a bit, or Node closes a reused connection under the request.
  app.server.headersTimeout = http.keepAliveTimeoutMs + 5_000
  return app
}

export function addRoutes(app: FastifyInstance, parts: ApplicationParts): void {
  const { database, identity } = parts
  app.setErrorHandler(errorAnswer(parts.reports))
  app.setNotFoundHandler((request) => {
    throw new Refusal(404, `no route ${request.method} ${request.url}`)
  })
  acceptEmptyBodies(app)
  addHooks(app, parts)
  readOnlyMarker(app, parts.monitor)
  healthRoutes(app, parts)
  metricsRoute(app, parts.metrics)
  administrationRoutes(app, parts)
  logLevelRoutes(app, parts.audit)
  auditRoutes(app, database)
  configurationRoutes(app, parts.live, parts.audit)
  accessRoutes(app, parts.live, parts.audit)
  setupRoutes(app, parts.environment)
  toggleRoutes(app, parts.toggles, parts.audit)
  deskRoutes(app, parts)
  recordRoutes(app, parts.records)
  accountRoutes(app, database)
  transferRoutes(app, database)
  sessionRoutes(app, database)
  loginRoutes(app, database)
  accountObjectRoutes(app, database)
  restoreRoutes(app, database, parts)
  visitRoutes(app, database)
  workRoutes(app, database, identity)
  parts.work.routes(app)
  app.get<{ Querystring: { as?: string } }>('/throws', (request) => {
    if (request.query.as === 'TypeError') throw new TypeError('this route always throws, as it was asked to')
    throw new Error('this route always throws')
  })
}

function acceptEmptyBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
    if (body === '') return parsed(null, undefined)
    try {
      parsed(null, JSON.parse(body as string))
    } catch {
      parsed(new Refusal(400, 'the body is not JSON'), undefined)
    }
  })
}

function addHooks(app: FastifyInstance, parts: ApplicationParts): void {
  const { identity, startUp, drain, inFlight, database, metrics } = parts
  app.decorateRequest('work')

  app.addHook('onRequest', (request, reply, next) => {
    reply.headers({ 'x-instance': identity.instance, 'x-boot': identity.boot })
    const { config, url } = request.routeOptions
    if (config.control) return next()
    if (defective('drain.accepts-then-drops') && drain.state !== 'serving' && request.method !== 'GET') {
      reply.hijack()
      return void request.raw.socket.destroy()
    }
    const { work, end } = inFlight.begin(`${request.method} ${url ?? 'unknown'}`, request.raw.socket)
    request.work = work
    const beganAtMs = performance.now()
    reply.raw.once('close', () => {
      end()
      const status = reply.raw.writableFinished ? reply.raw.statusCode : clientGaveUp
      const tookMs = performance.now() - beganAtMs
      metrics.count(status, tookMs)
      logRequest(request, status, tookMs)
    })
    if (startUp.complete) return next()
    next(defective('start.ready-too-early') ? new Error('the caches are not filled yet') : new Unavailable('the replica is starting'))
  })

  guardAccess(app, parts.live, parts.cache)

  // Clients on persistent connections leave by themselves, so that none has to be closed under a request.
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (drain.state !== 'serving' && !defective('drain.pins-keepalive')) reply.header('connection', 'close')
    next()
  })

  if (defective('swap.cache-is-load-bearing')) {
    app.addHook('preHandler', (request, _reply, next) => {
      if (!request.routeOptions.config.control) parts.cache.requireTheFirst()
      next()
    })
  }

  if (defective('rdnd.hidden-leader')) {
    const needsLease = /^\/(records|accounts|transfers)\b/
    app.addHook('preHandler', async (request) => {
      if (request.method !== 'GET' && needsLease.test(request.url)) await requireLease(database)
    })
  }
}
