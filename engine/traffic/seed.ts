import type { Operation } from '../../core/service-descriptor.js'
import type { TrafficContext } from './context.js'

const concurrency = 8
const failuresPerKeyMax = 5
/** An instance is asked for so many keys at one time. */
const readersOfEach = 3
const pauseAfterFailureMs = 100
const readTimeoutMs = 1_000
const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

/**
 * Writes keys until `count` of them were acknowledged, and waits until ordinary reads must find them. Returns how
 * many were: fewer when writing fails again and again, 0 without a declared write. Requests of load `seed`.
 */
export async function seed(context: TrafficContext, count: number): Promise<number> {
  const write = context.service.data?.write
  if (write === undefined || count <= 0) return 0
  const operation = context.operations.compiled(write)
  const client = context.client('seed', 'balancer', 'keep-alive')
  let begun = 0
  const seeded: string[] = []
  let failures = 0
  const writer = async (): Promise<void> => {
    while (begun < count && failures < count * failuresPerKeyMax && !context.signal.aborted) {
      begun += 1
      const { event } = await client.request({ operation, plannedAtMs: context.clock() })
      if (event.outcome === 'ok') {
        if (event.key !== undefined) seeded.push(event.key)
        continue
      }
      begun -= 1
      failures += 1
      await pause(pauseAfterFailureMs)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, writer))
  client.close()
  if (seeded.length > 0) await untilVisible(context, seeded)
  return seeded.length
}

/** Until every instance has shown every seeded key in an ordinary read, or at the latest when all of them must. */
async function untilVisible(context: TrafficContext, seeded: readonly string[]): Promise<void> {
  const endAtMs = context.clock() + context.visibleAfterMs
  const read = context.service.data?.readOrdinary
  if (read !== undefined) {
    const shown = await Promise.all(context.instances.map(({ id }) => showsAll(context, { via: id, read, keys: seeded, endAtMs })))
    if (shown.every(Boolean)) return context.keys.admitAll()
  }
  while (context.clock() < endAtMs && !context.signal.aborted) await pause(Math.min(50, Math.max(1, endAtMs - context.clock())))
}

interface Reading {
  readonly via: string
  readonly read: Operation
  readonly keys: readonly string[]
  readonly endAtMs: number
}

async function showsAll(context: TrafficContext, { via, read, keys, endAtMs }: Reading): Promise<boolean> {
  const operation = context.operations.compiled(read)
  const client = context.client('seed', via, 'keep-alive')
  const left = [...keys]
  const reader = async (): Promise<boolean> => {
    for (let key = left.shift(); key !== undefined; key = left.shift()) {
      for (;;) {
        if (context.clock() > endAtMs || context.signal.aborted) return false
        const { event } = await client.request({ operation, plannedAtMs: context.clock(), key, timeoutMs: readTimeoutMs, recorded: false })
        if (event.outcome === 'ok') break
        await pause(20)
      }
    }
    return true
  }
  try {
    return (await Promise.all(Array.from({ length: readersOfEach }, reader))).every(Boolean)
  } finally {
    client.close()
  }
}
