import type { FastifyInstance } from 'fastify'
import type { DatabaseMonitor } from './database-monitor.js'

/**
 * While the primary database is away, reads are answered from the read replica as it was left, and nobody can say whether
 * something newer was acknowledged: every answer then tells how long ago it was last known to be up to date.
 */
export function readOnlyMarker(app: FastifyInstance, monitor: DatabaseMonitor): void {
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (monitor.primary.state === 'down') reply.header('x-staleness-ms', Math.round(Math.min(monitor.stalenessMs(), Number.MAX_SAFE_INTEGER)))
    next()
  })
}
