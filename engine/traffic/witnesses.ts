import type { Instance } from '../../core/driver.js'
import type { InstanceId, ProofGrade } from '../../core/history.js'
import type { WitnessGroup } from '../../core/scenario.js'
import type { TrafficContext } from './context.js'
import { effectCountAnywhere } from './effects.js'
import { HeldBody } from './held-body.js'
import type { RecordingClient } from './recording-client.js'
import { witnessDuration, witnessOperation, stuckOperation, type WitnessOperation } from './witness-operation.js'
import { canBeProven, WitnessRequest } from './witness-request.js'

const load = 'witness'
const proofTimeoutMs = 5_000
const lookEveryMs = 5
/** Through a balancer most requests go elsewhere: so many are sent at most for one witness. */
const attemptsPerWitness = 8

export interface WitnessOptions {
  readonly group: string
  readonly instance: InstanceId
  readonly count: number
  readonly through?: 'direct' | 'balancer'
}

/**
 * Sends requests until `count` are proven to be executing in the instance, or no more can be proven. Resolves with
 * those that still execute then; only they become witness events.
 */
export async function startWitnesses(context: TrafficContext, options: WitnessOptions): Promise<WitnessGroup> {
  const { group, count, through = 'direct' } = options
  const made = witnessOperation(context.service, context.operations)
  const instance = instanceOf(context, options.instance)
  if (made === undefined) return emptyGroup(group)
  const client = context.client(load, through === 'direct' ? instance.id : 'balancer', 'fresh')
  const requests: WitnessRequest[] = []
  const proven = (): WitnessRequest[] => requests.filter((one) => one.proof !== undefined && one.executing)
  const direct = through === 'direct'
  const attemptsMax = !direct && canBeProven({ direct, made }) ? count * attemptsPerWitness : count
  const endAtMs = context.clock() + proofTimeoutMs
  while (proven().length < count && requests.length < attemptsMax && context.clock() < endAtMs && !context.signal.aborted) {
    const batch = Math.min(count - proven().length, attemptsMax - requests.length)
    for (let n = 0; n < batch; n++) {
      const durationMs = witnessDuration(context.service, made, { index: requests.length % count, count })
      requests.push(begin(context, { client, made, instance, direct, durationMs }))
    }
    await lookUntil(context, requests, endAtMs)
  }
  await Promise.all(requests.map((one) => one.confirm()))
  void Promise.all(requests.map((one) => one.completed)).then(() => client.close())
  return recordedGroup(context, { group, instance: instance.id, made, requests, proven: proven() })
}

/** One request that cannot finish by itself before `forMs`. Ends when released; what cannot be ended is given up. */
export async function startStuck(
  context: TrafficContext,
  options: { readonly group: string; readonly instance: InstanceId; readonly forMs: number },
): Promise<WitnessGroup & { release(): void }> {
  const made = stuckOperation(context.service, context.operations, options.forMs)
  const instance = instanceOf(context, options.instance)
  if (made === undefined) return { ...emptyGroup(options.group), release: () => {} }
  const client = context.client(load, instance.id, 'fresh')
  let held: HeldBody | undefined
  const hold = (body: string | undefined): HeldBody => (held = new HeldBody(body))
  const ongoing = client.begin({
    operation: made.operation,
    plannedAtMs: context.clock(),
    durationMs: options.forMs + stuckMarginMs,
    timeoutMs: options.forMs + stuckTimeoutMs,
    ...(made.means === 'hold' ? { hold } : {}),
  })
  const request = new WitnessRequest(context, { ongoing, instance, made, direct: true })
  await lookUntil(context, [request], context.clock() + proofTimeoutMs)
  void request.completed.then(() => client.close())
  const proven = request.proof !== undefined && request.executing ? [request] : []
  const group = recordedGroup(context, { group: options.group, instance: instance.id, made, requests: [request], proven })
  return { ...group, release: () => (held === undefined ? ongoing.cancel() : held.release()) }
}
const stuckMarginMs = 10_000
const stuckTimeoutMs = 60_000

interface BeginOptions {
  readonly client: RecordingClient
  readonly made: WitnessOperation
  readonly instance: Instance
  readonly direct: boolean
  readonly durationMs: number
}

function begin(context: TrafficContext, { client, made, instance, direct, durationMs }: BeginOptions): WitnessRequest {
  const { timeoutMs } = made.operation.operation
  const hold = (body: string | undefined): HeldBody => {
    const held = new HeldBody(body)
    const timer = setTimeout(() => held.release(), durationMs)
    held.stream.once('close', () => clearTimeout(timer))
    return held
  }
  const ongoing = client.begin({
    operation: made.operation,
    plannedAtMs: context.clock(),
    durationMs,
    timeoutMs: Math.max(timeoutMs, durationMs * 2),
    ...(made.means === 'hold' ? { hold } : {}),
  })
  return new WitnessRequest(context, { ongoing, instance, made, direct })
}

/** Until none of them can become proven any more by waiting. */
async function lookUntil(context: TrafficContext, requests: readonly WitnessRequest[], endAtMs: number): Promise<void> {
  for (;;) {
    for (const one of requests) one.look()
    if (!requests.some((one) => one.open) || context.clock() >= endAtMs || context.signal.aborted) return
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

interface GroupOptions {
  readonly group: string
  readonly instance: InstanceId
  readonly made: WitnessOperation
  readonly requests: readonly WitnessRequest[]
  readonly proven: readonly WitnessRequest[]
}

function recordedGroup(context: TrafficContext, { group, instance, made, requests, proven }: GroupOptions): WitnessGroup {
  const record = (one: WitnessRequest, effects?: number): void => {
    if (one.proof === undefined) return
    const { grade, atMs } = one.proof
    context.record({ kind: 'witness', request: one.ongoing.id, group, instance, proof: grade, provenAtMs: atMs, ...(effects === undefined ? {} : { effects }) })
  }
  for (const one of proven) record(one)
  return {
    group,
    proven: proven.length,
    proof: weakest(proven.map((one) => one.proof?.grade ?? 'D')),
    keys: proven.flatMap((one) => one.ongoing.key ?? []),
    ended: (timeoutMs) => within(Promise.all(requests.map((one) => one.completed)), timeoutMs),
    lookUpEffects: async () => {
      const lookUp = async (one: WitnessRequest): Promise<void> => {
        const { key } = one.ongoing
        if (key === undefined) return
        const effects = await effectCountAnywhere(context, { operation: made.operation.operation, key, last: instance })
        if (effects !== undefined) record(one, effects)
      }
      await Promise.all(proven.map(lookUp))
    },
  }
}

const weakest = (grades: readonly ProofGrade[]): ProofGrade => [...grades].sort().at(-1) ?? 'D'

const emptyGroup = (group: string): WitnessGroup => ({ group, proven: 0, proof: 'D', keys: [], ended: () => Promise.resolve(true), lookUpEffects: () => Promise.resolve() })

function instanceOf(context: TrafficContext, id: InstanceId): Instance {
  return { id, url: context.urlOf(id) }
}

async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  try {
    return await Promise.race([promise.then(() => true), expired])
  } finally {
    clearTimeout(timer)
  }
}
