import type { ScenarioContext } from '../../core/scenario.js'
import { fewAtOnce } from '../../core/few-at-once.js'

export interface PacedWrites {
  /** Keys whose writes were acknowledged so far. */
  readonly acknowledged: readonly string[]
  lastAcknowledgedAtMs(): number
  /** Sends no more, and waits for what is outstanding. */
  stop(): Promise<void>
}

/**
 * Writes new keys at a steady pace, whatever comes back. Under a name of their own: other reads must not ask for keys that a
 * service may have acknowledged and lost.
 */
export function startWrites(context: ScenarioContext, { load, perSecond }: { readonly load: string; readonly perSecond: number }): PacedWrites {
  const { data } = context.service
  const operation = data === undefined ? undefined : { ...data.write, name: `${data.write.name} once` }
  const acknowledged: string[] = []
  let lastAtMs = 0
  let running = operation !== undefined
  const one = async (key: string): Promise<void> => {
    if (operation === undefined) return
    const { outcome } = await context.traffic.send({ load, operation, via: 'balancer', key })
    if (outcome !== 'ok' && outcome !== 'degraded') return
    acknowledged.push(key)
    lastAtMs = context.now()
  }
  const pace = async (): Promise<void> => {
    const sent: Promise<void>[] = []
    const startedAtMs = context.now()
    for (let index = 1; running && !context.signal.aborted; index++) {
      sent.push(one(context.traffic.newKey()))
      await context.pause(Math.max(1, startedAtMs + (index * 1_000) / perSecond - context.now()))
    }
    await Promise.all(sent)
  }
  const pacing = pace()
  pacing.catch(() => {}) // told to whoever stops it
  return {
    acknowledged,
    lastAcknowledgedAtMs: () => lastAtMs,
    stop: async () => {
      running = false
      await pacing
    },
  }
}

const atOnce = 8
const againMs = 200

/**
 * Reads keys strongly, those that are not there again and again until the time for convergence is over. One event a reading; the last one
 * of each key counts. Then the negative control.
 */
export async function readAgain(context: ScenarioContext, { load, keys, convergenceMs }: { readonly load: string; readonly keys: readonly string[]; readonly convergenceMs: number }): Promise<void> {
  const read = context.service.data?.readStrong
  if (read === undefined) return
  const untilMs = context.now() + convergenceMs
  let open = keys
  for (;;) {
    const last = context.now() >= untilMs
    const missing: string[] = []
    await fewAtOnce(open, atOnce, async (key) => {
      const { outcome } = await context.traffic.send({ load, operation: read, via: 'balancer', key })
      if (outcome !== 'ok') missing.push(key)
    })
    open = missing
    if (open.length === 0 || last) break
    await context.pause(againMs)
  }
  await context.traffic.readNeverWritten([read])
}
