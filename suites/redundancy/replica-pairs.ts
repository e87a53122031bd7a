import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext, TrafficControls } from '../../core/scenario.js'
import type { DataOperations } from '../../core/service-descriptor.js'

/** Where work is begun and where it is continued: two replicas, the same replica twice (control), or the balancer. */
export interface Pair {
  readonly from: InstanceId | 'balancer'
  readonly to: InstanceId | 'balancer'
}
export type PairKind = 'record' | 'session'

/** Value of an observation `pair`: one record or session that was begun at `from` and continued at `to`. */
export interface PairObservation extends Pair {
  readonly kind: PairKind
  /** Key of its requests. */
  readonly key: string
  readonly ok: boolean
  readonly detail: string
}

/** Load name of a pair's requests, so that a finding can name them. */
export const pairLoadPrefix = 'pair '
export const pairLoad = ({ from, to }: Pair): string => `${pairLoadPrefix}${from} > ${to}`

interface Attempt {
  readonly ok: boolean
  /** Trying again cannot change it. */
  readonly final: boolean
  readonly detail: string
  /** It says nothing about the service: the harness gave it up or could not send it, or what was continued was answered as degraded. */
  readonly saysNothing: boolean
}
export interface PairProbe {
  readonly pair: Pair
  readonly kind: PairKind
  /** Of the last attempt. */
  key(): string
  /** Begins the work at `from`; undefined when it is begun, now or earlier. */
  begin(): Promise<Attempt | undefined>
  /** Continues it at `to`. */
  proceed(): Promise<Attempt>
}
/** What a probe needs of a scenario. */
type Sending = { readonly traffic: Pick<TrafficControls, 'send' | 'newKey'> }

type Answer = Awaited<ReturnType<TrafficControls['send']>>
const succeeded = (answer: Answer): boolean => answer.outcome === 'ok' || answer.outcome === 'degraded'
const said = (answer: Answer): string => `${answer.outcome}${answer.status === undefined ? '' : ` ${answer.status}`}`

/** What may be tried again from the start; any other failed beginning is what the replica did. */
const mayBeginAgain: ReadonlySet<string> = new Set(['polite-refusal', 'reset-idle', 'cancelled'])
const notBegun = (where: string, what: string, answer: Answer): Attempt => {
  const saysNothing = answer.outcome === 'cancelled'
  return { ok: false, final: !mayBeginAgain.has(answer.outcome), detail: `${what} on ${where} gave ${said(answer)}`, saysNothing }
}
/** A degraded answer promises other things than what was begun: neither continued nor lost. */
const continued = (where: string, what: string, answer: Answer): Attempt => {
  const ok = answer.outcome === 'ok'
  return { ok, final: ok, detail: `${what} on ${where} gave ${said(answer)}`, saysNothing: answer.outcome === 'cancelled' || answer.outcome === 'degraded' }
}

export interface RecordOperations {
  readonly write: string
  readonly read: string
}
export function recordProbe({ traffic }: Sending, pair: Pair, { write, read }: RecordOperations): PairProbe {
  const common = { load: pairLoad(pair), fresh: pair.from === 'balancer' }
  let key = traffic.newKey()
  let begun = false
  let tried = false
  return {
    pair,
    kind: 'record',
    key: () => key,
    begin: async () => {
      if (begun) return undefined
      if (tried) key = traffic.newKey() // what was tried before may have been written after all
      tried = true
      const answer = await traffic.send({ ...common, operation: write, via: pair.from, key })
      if (!succeeded(answer)) return notBegun(pair.from, 'the write', answer)
      begun = true
      return undefined
    },
    proceed: async () => continued(pair.to, `the read (${read})`, await traffic.send({ ...common, operation: read, via: pair.to, key })),
  }
}

export function sessionProbe({ traffic }: Sending, pair: Pair, { open, tokenPointer, resume }: NonNullable<DataOperations['session']>): PairProbe {
  const common = { load: pairLoad(pair), fresh: pair.from === 'balancer', key: traffic.newKey() }
  let token: string | undefined
  return {
    pair,
    kind: 'session',
    key: () => common.key,
    begin: async () => {
      if (token !== undefined) return undefined
      const answer = await traffic.send({ ...common, operation: open.name, via: pair.from })
      if (!succeeded(answer)) return notBegun(pair.from, 'opening the session', answer)
      token = tokenAt(answer.body, tokenPointer)
      return token === undefined ? { ok: false, final: true, detail: `${pair.from} gave no session token at ${tokenPointer}`, saysNothing: false } : undefined
    },
    proceed: async () => continued(pair.to, 'resuming the session', await traffic.send({ ...common, operation: resume.name, via: pair.to, ...(token === undefined ? {} : { token }) })),
  }
}

/**
 * Tries all probes until each is settled or the time is up, and records one observation `pair` for each that was judged.
 * Returns how long it took, in ms.
 */
export async function runProbes(context: ScenarioContext, probes: readonly PairProbe[], timeoutMs: number): Promise<number> {
  const first = probes[0]
  if (first === undefined) return 0
  const fromMs = context.now()
  const last = new Map<PairProbe, Attempt>()
  let pending = probes
  await context.until(
    `work begun on ${first.pair.from} is continued on ${first.pair.to}`,
    async () => {
      await Promise.all(pending.map(async (probe) => last.set(probe, (await probe.begin()) ?? (await probe.proceed()))))
      pending = pending.filter((probe) => last.get(probe)?.final !== true)
      return pending.length === 0
    },
    timeoutMs,
  )
  observe(context, last)
  return context.now() - fromMs
}

/**
 * Begins all probes, waits, and continues each just once. Through a balancer another try would sooner or later meet the
 * replica that began the work, and hide that no other knows of it.
 */
export async function runProbesOnce(context: ScenarioContext, probes: readonly PairProbe[], waitMs: number): Promise<void> {
  const last = new Map<PairProbe, Attempt>()
  await Promise.all(
    probes.map(async (probe) => {
      const failure = await probe.begin()
      if (failure !== undefined) last.set(probe, failure)
    }),
  )
  await context.pause(waitMs)
  await Promise.all(probes.filter((probe) => !last.has(probe)).map(async (probe) => last.set(probe, await probe.proceed())))
  observe(context, last)
}

/** What says nothing about the service is not observed. */
function observe(context: ScenarioContext, attempts: ReadonlyMap<PairProbe, Attempt>): void {
  for (const [probe, { ok, detail, saysNothing }] of attempts) {
    const { pair, kind } = probe
    const value: PairObservation = { ...pair, kind, key: probe.key(), ok, detail }
    if (!saysNothing) context.observe('pair', pair.to, value)
  }
}

/** The token in an answer, by JSON pointer (RFC 6901). */
export function tokenAt(body: unknown, pointer: string): string | undefined {
  let value = body
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
