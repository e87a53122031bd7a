import type { FastifyInstance, FastifyReply } from 'fastify'
import { defective } from '../defects.js'
import type { DatabaseMonitor, DatabaseState } from './database-monitor.js'
import type { Drain } from './drain.js'
import type { Identity } from './identity.js'
import type { StartUp } from './start-up.js'

export type HealthStatus = 'pass' | 'warn' | 'fail'

interface ComponentHealth {
  readonly componentType: 'datastore'
  readonly status: HealthStatus
  readonly output?: string
}

/** Body of a health answer, after draft-inadarei-api-health-check-06. */
export interface Health {
  readonly status: HealthStatus
  readonly output?: string
  readonly checks: Readonly<Record<string, ComponentHealth>>
}

export interface HealthSources {
  readonly startUp: StartUp
  readonly drain: Drain
  readonly monitor: DatabaseMonitor
  readonly identity: Identity
}

/** A read replica that far behind is worth a warning. Reads avoid it long before. */
const stalenessMsWarn = 3_000

function componentHealth({ state, output }: DatabaseState, whenDown: HealthStatus): ComponentHealth {
  const status = state === 'up' ? 'pass' : whenDown
  return { componentType: 'datastore', status, ...(status === 'pass' ? {} : { output: output ?? 'not checked yet' }) }
}

function checksOf(monitor: DatabaseMonitor): Record<'db-primary' | 'db-replica', ComponentHealth> {
  const replica = componentHealth(monitor.replica, 'fail')
  const behind = monitor.primary.state === 'up' && monitor.stalenessMs() > stalenessMsWarn
  return {
    'db-primary': componentHealth(monitor.primary, 'fail'),
    'db-replica': replica.status === 'pass' && behind ? { ...replica, status: 'warn', output: 'replication lags' } : replica,
  }
}

/** Why it is not pass. */
type Cause = 'draining' | 'starting' | 'dependency'
interface Judgement {
  readonly health: Health
  readonly cause?: Cause
}

const isLeaving = (drain: Drain): boolean => drain.state !== 'serving' || (defective('drain.no-way-back') && drain.hasBegun)

/**
 * The state of this replica. The primary database is needed, so a replica that alone has lost it answers fail. When it is
 * gone for all of them, reads go on from the read replica: leaving the rotation together would end them. Without the read
 * replica reads use the primary. Both are warnings.
 */
function judge({ startUp, drain, monitor }: HealthSources, looksAtData: boolean): Judgement {
  const checks = checksOf(monitor)
  const { 'db-primary': primary, 'db-replica': replica } = checks
  const fail = (cause: Cause, output: string): Judgement => ({ health: { status: 'fail', output, checks }, cause })

  if (isLeaving(drain) && !defective('drain.health-stays-green')) return fail('draining', 'draining')
  if (!startUp.complete) return startUp.mayBeReady ? { health: { status: 'pass', checks } } : fail('starting', 'starting')
  if (looksAtData && primary.status !== 'pass') {
    const output = `db-primary: ${primary.output ?? ''}`
    return monitor.readOnly() ? { health: { status: 'warn', output: `read-only: ${output}`, checks }, cause: 'dependency' } : fail('dependency', output)
  }
  if (replica.status === 'pass') return { health: { status: 'pass', checks } }
  return { health: { status: 'warn', output: `reads use the primary: db-replica: ${replica.output ?? ''}`, checks }, cause: 'dependency' }
}

/** The status code a body must have: 2xx for pass and warn, 503 for fail. */
function statusCodeOf({ health, cause }: Judgement): number {
  if (health.status !== 'fail') return 200
  return defective('moni.fail-with-200') && cause === 'dependency' ? 200 : 503
}

function answer(reply: FastifyReply, statusCode: number, body: object): FastifyReply {
  return reply.code(statusCode).header('cache-control', 'no-store').type('application/health+json').send(JSON.stringify(body))
}

export function healthRoutes(app: FastifyInstance, sources: HealthSources): void {
  const { drain, identity, monitor } = sources
  const { version, releaseId } = identity.release
  const common = { version, releaseId, serviceId: identity.instance }
  const config = { control: true }

  // About this process alone: nothing that is shared may make every replica look dead at once.
  app.get('/health/live', { config }, (_request, reply) => {
    const drains = defective('drain.liveness-fails-too') && drain.state !== 'serving'
    const misses = defective('rdnd.deep-liveness') && monitor.primary.state === 'down'
    const fails = drains || misses
    return answer(reply, fails ? 503 : 200, fails ? { status: 'fail', output: drains ? 'draining' : 'db-primary is down' } : { status: 'pass' })
  })
  // For whoever waits for a start: what is not ready later on is taken out of the rotation, and no reason to start it again.
  app.get('/health/started', { config }, (_request, reply) => {
    const starts = !sources.startUp.mayBeReady
    return answer(reply, starts ? 503 : 200, starts ? { status: 'fail', output: 'starting' } : { status: 'pass' })
  })
  app.get('/health/ready', { config }, (_request, reply) => {
    const judgement = judge(sources, !defective('rdnd.static-health'))
    const { status, output } = judgement.health
    return answer(reply, statusCodeOf(judgement), { status, ...(output === undefined ? {} : { output }) })
  })
  app.get('/health', { config }, (_request, reply) => {
    const judgement = judge(sources, true)
    return answer(reply, statusCodeOf(judgement), { ...common, ...judgement.health })
  })
}
