import type { FastifyInstance, FastifyRequest } from 'fastify'
import { defective } from '../defects.js'
import type { AuditLog } from './audit.js'
import { correlationOf } from './correlation.js'
import { Refusal } from './errors.js'
import { isDebug, logDebug, logModules, logOf, setDebug, type LogModule } from './log.js'

/** A line for a request that wants one, and for every request while the module is set to debug. Failures have lines of their own. */
export function logRequest({ method, url, headers }: FastifyRequest, status: number, tookMs: number): void {
  const correlation = correlationOf(headers)
  const wanted = correlation?.sampled === true
  if (!wanted && !isDebug('http')) return
  const detail = { method, path: readable(url), status, tookMs: Math.round(tookMs * 10) / 10, ...(correlation === undefined ? {} : { traceId: correlation.traceId }) }
  if (wanted) logOf('http', `${method} ${detail.path} ${status}`, detail)
  else logDebug('http', 'request', () => detail)
}

function readable(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}

/** `PUT /admin/log-levels/{module}` with `{"level"}` debug or info, on this replica, until its end. */
export function logLevelRoutes(app: FastifyInstance, audit: AuditLog): void {
  const config = { control: true }
  const levels = () => ({ levels: Object.fromEntries(logModules.map((module) => [module, isDebug(module) ? 'debug' : 'info'])) })
  app.get('/admin/log-levels', { config }, levels)
  app.put<{ Params: { module: string } }>('/admin/log-levels/:module', { config, ...audit.of('log-level', ({ params }) => (params as { module: string }).module) }, ({ params, body }) => {
    const { level } = (body ?? {}) as { level?: unknown }
    if (!(logModules as readonly string[]).includes(params.module)) throw new Refusal(404, `no module ${params.module}, expected one of: ${logModules.join(', ')}`)
    if (level !== 'debug' && level !== 'info') throw new Refusal(422, 'expected "level", debug or info')
    const modules = defective('dbug.all-or-nothing') ? logModules : [params.module as LogModule]
    for (const module of modules) setDebug(module, level === 'debug')
    return levels()
  })
}
