import type { HistoryEvent, InterventionEvent, RequestEvent } from '../core/history.js'

export const hourMs = 3_600_000
const replicas = 3
const drainedAtMs = hourMs / 2
const stoppedAtMs = drainedAtMs + 60_000
const startedAtMs = stoppedAtMs + 60_000
const ejectWindowMs = 2_000
/** A run of an hour looks at readiness and at our own echo server this often. */
const lookEveryMs = 1_000
const target = 'replica-0'
const label = 'behind-balancer'

/**
 * An hour of so many requests in which a replica is drained, stopped and started again, as a run records it: what the checks of that scenario judge.
 * Latencies spread over three decades; every 997th request before the drain took part in no failure, since nothing would be judged then.
 */
export function* drainedHour(requests: number): Generator<HistoryEvent> {
  const beside = besideRequests()
  let next = beside.next()
  for (let index = 0; index < requests; index += 1) {
    const request = background(index, requests)
    while (!next.done && atMsOf(next.value) <= request.plannedAtMs) {
      yield next.value
      next = beside.next()
    }
    yield request
  }
  while (!next.done) {
    yield next.value
    next = beside.next()
  }
}

const atMsOf = (event: HistoryEvent): number => (event.kind === 'request' ? event.plannedAtMs : event.kind === 'witness' ? event.provenAtMs : event.atMs)

/** A line as long as real ones are. */
function background(index: number, requests: number): RequestEvent {
  const plannedAtMs = (index * hourMs) / requests
  const latencyMs = 2 * Math.pow(10, ((index * 7_919) % 1_000) / 333)
  const isWrite = index % 5 === 0
  const isAway = plannedAtMs > drainedAtMs && plannedAtMs < startedAtMs + ejectWindowMs
  const instance = `replica-${isAway ? 1 + (index % (replicas - 1)) : index % replicas}`
  return {
    kind: 'request', id: index, load: 'background', operation: isWrite ? 'write' : 'read', method: isWrite ? 'PUT' : 'GET', via: 'balancer', plannedAtMs, endedAtMs: plannedAtMs + latencyMs,
    outcome: plannedAtMs > startedAtMs && index % 997 === 0 ? 'truncated' : 'ok', key: `sw-bench-background-${index}`, firstByteAtMs: plannedAtMs + latencyMs, status: 200, sentAtMs: plannedAtMs,
    reused: true, bytesRead: 294, connection: index % 64, instance, boot: '643c8952-71d0-41aa-8f0e-0f6d0d2e1c11',
  }
}

/** Everything but the background traffic, in order. */
function* besideRequests(): Generator<HistoryEvent> {
  yield { kind: 'fact', name: 'ejectWindowMs', value: ejectWindowMs, atMs: 0 }
  yield { kind: 'gate', name: 'baseline', passed: true, startedAtMs: 0, atMs: 0, requests: 100, failed: 0 }
  for (let atMs = 0; atMs < hourMs; atMs += lookEveryMs) {
    const echo = { id: -1 - atMs, via: 'echo', operation: 'echo', method: 'GET', plannedAtMs: atMs, sentAtMs: atMs, endedAtMs: atMs + 1, outcome: 'ok', status: 200 } as const
    yield { kind: 'request', load: 'null-control', ...echo }
    if (atMs < 60_000) yield { kind: 'request', load: 'balancer-qualification', ...echo, id: echo.id - hourMs, via: 'balancer' }
    if (atMs === drainedAtMs) yield* procedure(1, 'drain', atMs)
    if (atMs === drainedAtMs + lookEveryMs) yield { kind: 'platform', name: 'backend-down', target, atMs }
    if (atMs === stoppedAtMs) yield* procedure(2, 'stop', atMs)
    if (atMs === startedAtMs) yield* procedure(3, 'start', atMs)
    for (let replica = 0; replica < replicas; replica += 1) yield look(`replica-${replica}`, atMs)
  }
  yield { kind: 'observation', probe: 'returned', target, atMs: hourMs, value: { ready: true, inRotation: true } }
}

function* procedure(id: number, name: string, atMs: number): Generator<InterventionEvent> {
  const base = { kind: 'intervention', id, name, target, label } as const
  yield { ...base, phase: 'issued', atMs }
  yield { ...base, phase: 'acknowledged', atMs: atMs + 10 }
  yield { ...base, phase: 'witnessed', atMs: atMs + 100, witness: 'seen' }
}

function look(replica: string, atMs: number): HistoryEvent {
  const isAway = replica === target && atMs > drainedAtMs && atMs < startedAtMs
  return { kind: 'observation', probe: 'readiness', target: replica, sentAtMs: atMs, atMs: atMs + 3, value: { outcome: isAway ? 'fail' : 'pass', status: isAway ? 503 : 200, boot: 'boot-1' } }
}
