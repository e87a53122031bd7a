import { countsAsLost } from '../core/reading.js'
import type { RequestEvent } from '../core/history.js'
import type { ProfileName } from '../core/requirement.js'
import type { ScenarioWorld } from './scenario-world.js'
import { unreadyInstances } from './unready-instances.js'

interface GateSize {
  readonly durationMs: number
  readonly ratePerSecond: number
  readonly errorRatioMax: number
}
/** CP-GATE: a span of normal traffic with at most 0.1 % errors, everything ready, null control fine. */
const sizes: Readonly<Record<ProfileName, GateSize>> = {
  quick: { durationMs: 1_200, ratePerSecond: 80, errorRatioMax: 0.001 },
  standard: { durationMs: 10_000, ratePerSecond: 60, errorRatioMax: 0.001 },
  thorough: { durationMs: 10_000, ratePerSecond: 60, errorRatioMax: 0.001 },
}
const attemptsMax = 4

export interface GateParts {
  /** Sends normal mixed traffic through the balancer for a span, and resolves when all of it has ended. */
  traffic(ratePerSecond: number, durationMs: number): Promise<void>
  /** Told of each request of loads `gate` and `null-control` while the gate is open. */
  listen(listener: (request: RequestEvent) => void): () => void
}

/** Runs the gate until one span is clean or the attempts are used up; records the outcome and returns it. */
export async function runGate(world: ScenarioWorld, parts: GateParts, options: { readonly name: string; readonly profile: ProfileName; readonly readyTimeoutMs: number }): Promise<boolean> {
  const startedAtMs = world.clock()
  let last: Span = { requests: 0, failed: 0, reason: 'no attempt was made' }
  for (let attempt = 0; attempt < attemptsMax && !world.signal.aborted; attempt++) {
    const unready = await unreadyInstances(world, { timeoutMs: attempt === 0 ? options.readyTimeoutMs : 2_000, everyMs: 50 })
    last = unready.length > 0 ? { requests: 0, failed: 0, reason: `not ready: ${unready.map(({ id, last }) => `${id} (readiness gives ${last})`).join(', ')}` } : await oneSpan(parts, sizes[options.profile])
    if (last.reason === undefined) break
  }
  const passed = last.reason === undefined
  world.record({
    kind: 'gate',
    name: options.name,
    passed,
    startedAtMs,
    atMs: world.clock(),
    requests: last.requests,
    failed: last.failed,
    ...(last.reason === undefined ? {} : { reason: last.reason }),
  })
  return passed
}

interface Span {
  readonly requests: number
  readonly failed: number
  readonly reason?: string
}

async function oneSpan(parts: GateParts, size: GateSize): Promise<Span> {
  let requests = 0
  let failed = 0
  let notSent = 0
  let controlFailed = 0
  let example = ''
  let reasonNotSent = ''
  const stop = parts.listen((request) => {
    const lost = countsAsLost(request) || request.outcome === 'polite-refusal' || request.outcome === 'reset-idle'
    if (request.load === 'null-control') controlFailed += lost ? 1 : 0
    if (request.load !== 'gate') return
    if (request.outcome === 'cancelled') {
      notSent += 1
      reasonNotSent ||= request.detail ?? 'given up by the harness'
      return
    }
    requests += 1
    if (!lost) return
    failed += 1
    example ||= `${request.operation} gave ${request.outcome}${request.status === undefined ? '' : ` ${request.status}`}${request.detail === undefined ? '' : ` (${request.detail})`}`
  })
  try {
    await parts.traffic(size.ratePerSecond, size.durationMs)
  } finally {
    stop()
  }
  const planned = (size.ratePerSecond * size.durationMs) / 1_000
  if (requests < planned * 0.8) return { requests, failed, reason: `only ${requests} of ${planned} requests of normal traffic were made${notSent === 0 ? '' : `, ${notSent} could not be sent: ${reasonNotSent}`}` }
  if (failed > requests * size.errorRatioMax) return { requests, failed, reason: `${failed} of ${requests} requests of normal traffic failed, for example ${example}` }
  if (controlFailed > 0) return { requests, failed, reason: `the null control lost ${controlFailed} requests to our own echo server` }
  return { requests, failed }
}
