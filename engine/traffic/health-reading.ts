import type { InstanceId } from '../../core/history.js'
import type { TrafficContext } from './context.js'
import { readOnce } from './direct-reading.js'
import { parsed } from './expectation.js'

export interface HealthReadingOptions {
  readonly endpoint: 'readiness' | 'liveness' | 'detail'
  readonly via: InstanceId | 'balancer'
  readonly state: string
}

const timeoutMs = 5_000
const bodyCharactersMax = 4_096

/** One health answer as an observation `health-answer`; nothing when the service declares no such endpoint. */
export async function readHealth(context: TrafficContext, { endpoint, via, state }: HealthReadingOptions): Promise<void> {
  const { readinessPath, livenessPath, detailPath } = context.service.health
  const path = { readiness: readinessPath, liveness: livenessPath, detail: detailPath }[endpoint]
  if (path === undefined) return
  const exchange = await readOnce(context, new URL(path, context.urlOf(via)), { timeoutMs })
  if (exchange.ending === 'cancelled') return
  const durationMs = Math.round(((exchange.endedAtMs ?? exchange.startedAtMs) - exchange.startedAtMs) * 1_000) / 1_000
  if (exchange.ending !== 'complete' || exchange.status === undefined) {
    const code = exchange.code ?? exchange.ending?.toUpperCase()
    context.observe('health-answer', via, { state, endpoint, status: null, code, durationMs }, exchange.startedAtMs)
    return
  }
  const text = exchange.body.text()
  const json = parsed(text)
  const cacheControl = exchange.headers['cache-control']
  const age = exchange.headers['age']
  const value = {
    state,
    endpoint,
    status: exchange.status,
    body: text.slice(0, bodyCharactersMax),
    ...(json === undefined || text.length > bodyCharactersMax ? {} : { json: json.value }),
    ...(cacheControl === undefined ? {} : { cacheControl: String(cacheControl) }),
    ...(age === undefined ? {} : { age: String(age) }),
    durationMs,
  }
  context.observe('health-answer', via, value, exchange.startedAtMs)
}
