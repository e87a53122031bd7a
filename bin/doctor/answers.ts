import { eventsOf, type History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { declaredOperations, examinationLoad } from './examination.js'
import type { Examined } from './machine.js'

/** What the history of an examination says of the service, one line for each thing that was tried. */
export function examineAnswers(history: History, service: ServiceDescriptor): readonly Examined[] {
  const gate = [...eventsOf(history, 'gate')].at(-1)
  const incomplete = [...eventsOf(history, 'incomplete')].at(-1)
  const found: Examined[] = []
  if (gate !== undefined) {
    found.push(gate.passed ? { what: 'start and traffic', state: 'good', found: `ready, and ${gate.requests} requests through the balancer were answered as expected` } : { what: 'start and traffic', state: 'wrong', found: gate.reason ?? 'not steady' })
  }
  if (incomplete !== undefined) found.push({ what: 'examination', state: incomplete.cause === 'interrupted' ? 'doubt' : 'wrong', found: incomplete.reason })
  return [...found, ...healthOf(history), ...requestsOf(history, service), ...identityOf(history, service), ...stopOf(history, service)]
}

function healthOf(history: History): Examined[] {
  return observationsOf(history, 'health-answer').flatMap(({ value }): Examined[] => {
    const { endpoint, status } = value as { readonly endpoint: string; readonly status: number | null }
    const good = status !== null && status >= 200 && status < 400
    return [{ what: `health.${endpoint}`, state: good ? 'good' : 'wrong', found: status === null ? 'no answer' : `status ${status}${good ? '' : ', expected 2xx or 3xx from a healthy instance'}` }]
  })
}

function requestsOf(history: History, service: ServiceDescriptor): Examined[] {
  const sent = [...eventsOf(history, 'request')].filter(({ load }) => load === examinationLoad)
  return declaredOperations(service).flatMap((operation): Examined[] => {
    const request = sent.find((one) => one.operation === operation.name)
    if (request === undefined) return []
    const tookMs = request.endedAtMs - request.plannedAtMs
    const answer = `${request.status === undefined ? '' : `status ${request.status}, `}${Math.round(tookMs)} ms`
    const what = `${operation.name} (${operation.method} ${operation.path})`
    if (request.outcome !== 'ok' && request.outcome !== 'degraded') return [{ what, state: 'wrong', found: `${request.outcome}, ${answer}${request.detail === undefined ? '' : `: ${request.detail}`}` }]
    if (operation.minDurationMs !== undefined && tookMs < operation.minDurationMs) return [{ what, state: 'wrong', found: `${answer}, and minDuration promises at least ${operation.minDurationMs} ms` }]
    return [{ what, state: 'good', found: answer }]
  })
}

function identityOf(history: History, { identity }: ServiceDescriptor): Examined[] {
  if (identity === undefined) return []
  const answered = [...eventsOf(history, 'request')].filter(({ load }) => load === examinationLoad)
  const lacking = [...(answered.some(({ instance }) => instance !== undefined) ? [] : [identity.instanceHeader]), ...(identity.bootHeader === undefined || answered.some(({ boot }) => boot !== undefined) ? [] : [identity.bootHeader])]
  return [lacking.length === 0 ? { what: 'identity', state: 'good', found: 'answers name their instance' } : { what: 'identity', state: 'wrong', found: `no answer carried the header ${lacking.join(' or ')}` }]
}

function stopOf(history: History, { lifecycle }: ServiceDescriptor): Examined[] {
  const stop = [...eventsOf(history, 'intervention')].findLast(({ name, phase }) => name === 'stop' && phase === 'acknowledged')
  if (stop === undefined) return []
  const { exitCode, signal, killed, durationMs } = (stop.detail ?? {}) as { readonly exitCode?: number | null; readonly signal?: string | null; readonly killed?: boolean; readonly durationMs?: number }
  const what = `stop with ${lifecycle.stop.signal}`
  if (killed === true) return [{ what, state: 'doubt', found: `it did not exit within ${lifecycle.stop.graceMs} ms and was killed: START-04 will fail` }]
  return [{ what, state: 'good', found: `it exited with ${signal ?? `code ${exitCode}`} after ${Math.round(durationMs ?? 0)} ms` }]
}
