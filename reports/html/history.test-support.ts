import { historyOf, type History, type HistoryEvent, type RequestEvent } from '../../core/history.js'
import type { HistoryOf } from '../../core/run-event.js'

/** The history of a drain that loses 43 requests of replica-2, of any size, as it happened in the example report. */
export interface DrainShape {
  readonly requests: number
  readonly instances?: readonly string[]
  readonly answer?: string
}
export const drainScenario = 'queue-draining/one-replica-drains'
const endMs = 74_000
const lostCount = 43

export function drainHistory({ requests, instances = ['replica-1', 'replica-2', 'replica-3'], answer }: DrainShape): History {
  return historyOf([...readiness(instances), ...Array.from({ length: requests }, (_, index) => request(index, { requests, instances, ...(answer === undefined ? {} : { answer }) })), ...lost(instances)])
}

function request(index: number, { requests, instances, answer }: DrainShape & { readonly instances: readonly string[] }): RequestEvent {
  const plannedAtMs = (index * endMs) / requests
  const latencyMs = 4 + ((index * 7_919) % 90) / 3
  const isRefused = index % 50 === 49
  return { kind: 'request', id: 10_000 + index, load: 'background', operation: 'read', method: 'GET', via: 'balancer', plannedAtMs, endedAtMs: plannedAtMs + latencyMs, outcome: isRefused ? 'polite-refusal' : 'ok', status: isRefused ? 503 : 200, instance: instances[index % instances.length]!, ...(answer === undefined ? {} : { code: answer }) }
}

const lost = (instances: readonly string[]): readonly RequestEvent[] =>
  Array.from({ length: lostCount }, (_, index) => ({ kind: 'request', id: index === 0 ? 1_406 : 3_251 + index, load: 'witness', operation: 'slow', method: 'POST', via: instances[1]!, plannedAtMs: 31_700 + index * 20, endedAtMs: 32_600 + index * 20, outcome: 'truncated', status: 200, code: 'ECONNRESET', instance: instances[1]! }))

function* readiness(instances: readonly string[]): Generator<HistoryEvent> {
  for (let atMs = 500; atMs < endMs; atMs += 500) {
    for (const [index, target] of instances.entries()) {
      const isDrained = index === 1 && atMs > 31_700 && atMs < 37_000
      yield { kind: 'observation', probe: 'readiness', target, atMs, value: { outcome: isDrained ? 'fail' : 'pass', status: isDrained ? 503 : 200 } }
      yield { kind: 'observation', probe: 'version', target, atMs, value: { outcome: 'read', value: atMs < 40_000 ? '1.4.0' : '1.5.0' } }
    }
  }
  yield { kind: 'platform', name: 'backend-down', target: instances[1]!, atMs: 33_500 }
}

export const onlyDrain = (history: History): HistoryOf => (scenario) => (scenario.endsWith(drainScenario) ? history : undefined)
