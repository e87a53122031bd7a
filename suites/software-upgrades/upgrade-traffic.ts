import type { Load, ScenarioContext } from '../../core/scenario.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { loads, probes } from './names.js'
import { startPaced } from './paced.js'

const readSetSize = 20
const boundMs = 1_800_000
const sampleEveryMs = 125

/** Requests per second, in all about what the thresholds ask for. */
const rates = { quick: { reads: 40, writes: 20 }, standard: { reads: 76, writes: 20 }, thorough: { reads: 76, writes: 20 } } as const
/** So many that every replica has some when its turn comes. */
const inFlightPerSecond = 10
const effectsWithinMs = 3_000
const effectEveryMs = 50

/** Keys that can be read from now on. They are written before anything is rolled out, and what is read is only these. */
export async function writeReadSet(context: ScenarioContext): Promise<readonly string[]> {
  const write = context.service.data?.write
  if (write === undefined) return []
  const keys = Array.from({ length: readSetSize }, () => context.traffic.newKey())
  await Promise.all(keys.map((key) => context.traffic.send({ load: 'read-set', operation: write, via: 'balancer', key })))
  await context.pause(context.service.data?.maxLagMs ?? 0)
  return keys
}

export interface UpgradeTraffic {
  /** Of reads, writes and requests in flight. */
  sent(): number
  acknowledgedWrites(): number
  /** No new request that is long under way; those that are go on. */
  beginNoMoreInFlight(): void
  /** Stops everything, and reads how often each effect of a request in flight happened. */
  stop(): Promise<void>
}

/**
 * Traffic through the balancer during a roll-out: reads of the read set, writes of new keys that nobody reads until the end,
 * and a few requests that are long under way at any time. Loads are named after the label.
 */
export function startUpgradeTraffic(context: ScenarioContext, label: string, readSet: readonly string[]): UpgradeTraffic {
  const rate = rates[context.profile]
  let reads = 0
  const reading = readsOf(context.service)
  const paced = [
    ...(reading.length === 0 || readSet.length === 0
      ? []
      : [
          startPaced(context, rate.reads, (index) => {
            reads += 1
            return context.traffic.send({ load: loads.reads(label), operation: reading[index % reading.length]!, via: 'balancer', key: readSet[index % readSet.length]! })
          }),
        ]),
  ]
  const inFlight = startInFlight(context, label)
  const writes = startWrites(context, loads.writes(label), rate.writes)
  return {
    sent: () => reads + inFlight.keys.length + (writes?.counts().planned ?? 0),
    acknowledgedWrites: () => acknowledgedBy(writes),
    beginNoMoreInFlight: () => void inFlight.stop(),
    stop: async () => {
      await Promise.all([...paced.map((one) => one.stop()), writes?.stop(), inFlight.stop()])
      await readEffects(context, inFlight.keys)
    },
  }
}

export const acknowledgedBy = (load: Load | undefined): number => (load === undefined ? 0 : load.counts().ended - load.counts().notOk)

export function startWrites(context: ScenarioContext, name: string, ratePerSecond: number): Load | undefined {
  const write = context.service.data?.write
  if (write === undefined) return undefined
  return context.traffic.start({ name, ratePerSecond, operations: [write], via: 'balancer', connections: 'keep-alive', durationMaxMs: boundMs })
}

/** Ordinary and strong reads in turn: each may take another way to the data. */
export function readsOf({ data }: ServiceDescriptor): readonly Operation[] {
  return [data?.readOrdinary, data?.readStrong].filter((operation) => operation !== undefined)
}

function startInFlight(context: ScenarioContext, label: string): { readonly keys: readonly string[]; stop(): Promise<void> } {
  const operation = inFlightOperation(context.service)
  const keys: string[] = []
  if (operation === undefined) return { keys, stop: async () => {} }
  const paced = startPaced(context, inFlightPerSecond, () => {
    const key = context.traffic.newKey()
    keys.push(key)
    return context.traffic.send({ load: loads.inFlight(label), operation, via: 'balancer', key })
  })
  return { keys, stop: () => paced.stop() }
}

/** One whose answer begins early says who is at work on it, whatever becomes of it; a slow one only if it is answered. */
export function inFlightOperation({ traffic }: ServiceDescriptor): Operation | undefined {
  const all = Object.values(traffic).filter((operation) => !operation.holdsBody && (operation.minDurationMs ?? 0) >= 500)
  return all.find((operation) => operation.streams) ?? all[0]
}

async function readEffects(context: ScenarioContext, keys: readonly string[]): Promise<void> {
  const effect = inFlightOperation(context.service)?.effect
  if (effect === undefined) return
  const waiting = [...keys]
  // An effect may take as long to be seen everywhere as any write: what is not there yet is asked for again.
  const deadlineMs = context.now() + Math.max(effectsWithinMs, 3 * (context.service.data?.maxLagMs ?? 0))
  const reader = async (): Promise<void> => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const { value } = await context.traffic.readValue({ name: 'effect-reading', probe: { path: effect.path, pointer: effect.pointer }, via: 'balancer', values: { key } })
      if ((typeof value !== 'number' || value === 0) && context.now() < deadlineMs) {
        waiting.unshift(key)
        await context.pause(effectEveryMs)
        continue
      }
      context.observe(probes.effect, key, typeof value === 'number' ? value : null)
    }
  }
  await Promise.all(Array.from({ length: 8 }, reader))
}

/** Readiness and version of every replica, past the balancer, until stopped. */
export function sampleReplicas(context: ScenarioContext): { stop(): Promise<void> } {
  const instances = context.instances.map(({ id }) => id)
  const readiness = context.traffic.sample({ probes: ['readiness'], instances, everyMs: sampleEveryMs })
  const version = context.service.lifecycle.upgrade?.version
  const versions = version === undefined ? undefined : context.traffic.sampleValues({ name: probes.version, probe: version, via: instances, everyMs: 2 * sampleEveryMs })
  return { stop: async () => void (await Promise.all([readiness.stop(), versions?.stop()])) }
}
