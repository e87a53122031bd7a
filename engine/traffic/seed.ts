import type { TrafficContext } from './context.js'

const concurrency = 8
const failuresPerKeyMax = 5
const pauseAfterFailureMs = 100

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
  let acknowledged = 0
  let failures = 0
  const writer = async (): Promise<void> => {
    while (begun < count && failures < count * failuresPerKeyMax && !context.signal.aborted) {
      begun += 1
      const { event } = await client.request({ operation, plannedAtMs: context.clock() })
      if (event.outcome === 'ok') {
        acknowledged += 1
        continue
      }
      begun -= 1
      failures += 1
      await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs))
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, writer))
  client.close()
  if (acknowledged > 0) await untilVisible(context)
  return acknowledged
}

async function untilVisible(context: TrafficContext): Promise<void> {
  const endAtMs = context.clock() + context.visibleAfterMs
  while (context.clock() < endAtMs && !context.signal.aborted) await new Promise((resolve) => setTimeout(resolve, Math.min(50, Math.max(1, endAtMs - context.clock()))))
}
