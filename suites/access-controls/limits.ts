import { sentBy, type Caller, type RateLimit } from '../../core/declarations/access.js'
import type { LoadSpec, ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { aloneLoad, besideLoad, fillLoad, floodLoad, limitCapture, obeyLoad, overLoad } from './names.js'
import { retryAfterMs } from './retry-after.js'

const overFactor = 2
const floodFactor = 3
const neighbourFactor = 0.5
/** So many at once, so that a slow answer does not keep the limit from being reached. */
const lanes = 8

export const limitedOperation = (limit: RateLimit, caller: Caller): Operation => ({ ...sentBy(limit.operation, caller), capture: { ...limit.operation.capture, ...limitCapture } })

function loadOf(limit: RateLimit, { name, caller, factor, durationMs }: { readonly name: string; readonly caller: Caller; readonly factor: number; readonly durationMs: number }): LoadSpec {
  return { name, ratePerSecond: (factor * limit.quota * 1_000) / limit.windowMs, operations: [limitedOperation(limit, caller)], via: 'balancer', connections: 'keep-alive', durationMaxMs: durationMs }
}

/** Twice the quota for some windows, then as told by Retry-After. */
export async function exceedTheLimit(context: ScenarioContext, given: { readonly windows: number; readonly obeyed: number }): Promise<void> {
  const limit = context.service.limits!.rate!
  context.step('a caller asks for twice its quota')
  await context.traffic.start(loadOf(limit, { name: overLoad, caller: limit.caller, factor: overFactor, durationMs: given.windows * limit.windowMs })).finished()
  context.step('the caller comes again when it is told to')
  for (let trial = 0; trial < given.obeyed; trial++) await obeyOnce(context, limit)
}

async function obeyOnce(context: ScenarioContext, limit: RateLimit): Promise<void> {
  const operation = limitedOperation(limit, limit.caller)
  // From a window that is full of what came evenly a place is free again in a moment, whatever Retry-After says: it has to be empty first.
  await context.pause(limit.windowMs)
  let left = 3 * (limit.quota + limit.burst)
  const ask = async (): Promise<Told | undefined> => {
    const { status, headers } = await context.traffic.send({ load: fillLoad, operation, via: 'balancer' })
    return status === 429 ? { waitMs: retryAfterMs(headers?.['retry-after'], headers?.['date']) } : undefined
  }
  let isFull = false
  const lane = async (): Promise<void> => {
    while (!isFull && left-- > 0) isFull = (await ask()) !== undefined || isFull
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  // Then alone: what is under way beside a request that is refused may take the place that it is promised.
  let told: Told | undefined
  while (isFull && told === undefined && left-- > 0) told = await ask()
  // A promise that is far off is found wrong without waiting for it, and one that is missing cannot be obeyed. 0 is a promise too: at once.
  if (told?.waitMs === undefined || told.waitMs > limit.windowMs + 5_000) return
  await context.pause(told.waitMs)
  await context.traffic.send({ load: obeyLoad, operation, via: 'balancer' })
}

/** What a refusal said; undefined: nothing that can be read. */
interface Told {
  readonly waitMs: number | undefined
}

/** A neighbour within its quota, first alone and then while another caller asks for three times its own. */
export async function crowdTheNeighbour(context: ScenarioContext, given: { readonly windows: number; readonly requestsMin: number }): Promise<void> {
  const limit = context.service.limits!.rate!
  const neighbour = limit.neighbour!
  const neighbourPerMs = (neighbourFactor * limit.quota) / limit.windowMs
  const aloneMs = Math.ceil(given.requestsMin / neighbourPerMs) + 2 / neighbourPerMs
  const durationMs = Math.max(given.windows * limit.windowMs, aloneMs)
  context.step('a neighbour asks for half of its quota')
  await context.traffic.start(loadOf(limit, { name: aloneLoad, caller: neighbour, factor: neighbourFactor, durationMs: aloneMs })).finished()
  context.step('another caller asks for three times its own')
  const flood = context.traffic.start(loadOf(limit, { name: floodLoad, caller: limit.caller, factor: floodFactor, durationMs }))
  await context.traffic.start(loadOf(limit, { name: besideLoad, caller: neighbour, factor: neighbourFactor, durationMs })).finished()
  await flood.finished()
}
