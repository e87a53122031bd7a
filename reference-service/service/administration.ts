import type { FastifyInstance } from 'fastify'
import type { AuditLog } from './audit.js'
import type { Drain } from './drain.js'
import { Refusal } from './errors.js'
import type { Identity } from './identity.js'
import type { InFlight } from './in-flight.js'
import { log } from './log.js'
import type { StartUp } from './start-up.js'

export interface AdministrationParts {
  readonly audit: AuditLog
  readonly identity: Identity
  readonly drain: Drain
  readonly inFlight: InFlight
  readonly startUp: StartUp
  /** Whether the process is on its way out. */
  readonly isStopping: () => boolean
}

export function administrationRoutes(app: FastifyInstance, { audit, identity, drain, inFlight, startUp, isStopping }: AdministrationParts): void {
  const config = { control: true }
  const drainStatus = () => ({ state: drain.state, inFlight: inFlight.count, sinceMs: drain.sinceMs })

  const self = (): string => identity.instance
  app.post('/admin/drain', { config, ...audit.of('drain', self) }, (_request, reply) => {
    drain.begin()
    return reply.code(202).send(drainStatus())
  })
  app.get('/admin/drain', { config }, () => drainStatus())
  app.post('/admin/undrain', { config, ...audit.of('undrain', self) }, () => {
    if (isStopping()) throw new Refusal(409, 'the process is stopping')
    drain.undo()
    return drainStatus()
  })
  app.post('/admin/unlock', { config }, () => {
    startUp.unlock()
    return { unlocked: true }
  })
  app.post('/admin/crash', { config }, (_request, reply) => {
    log('crash on request')
    setImmediate(() => process.exit(1))
    return reply.code(202).send({ crashing: true })
  })
  app.post('/admin/throw', { config }, (_request, reply) => {
    setImmediate(() => {
      throw new RangeError('thrown on request, outside of every request')
    })
    return reply.code(202).send({ throwing: true })
  })
  app.get('/work/in-flight', { config }, () => ({ inFlight: inFlight.count, routes: inFlight.byRoute() }))
}
