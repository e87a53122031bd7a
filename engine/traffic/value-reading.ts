import type { ReadValue } from '../../core/procedure.js'
import type { ValueReading, Via } from '../../core/scenario.js'
import { classify } from './classification.js'
import type { TrafficContext } from './context.js'
import { readOnce } from './direct-reading.js'
import type { Exchange } from './exchange.js'
import { parsed } from './expectation.js'
import { startRepeatedReading } from './repeated-reading.js'
import { atPointer, Template } from './template.js'

const timeoutMsDefault = 2_000

/** Reads one value and records it as observation `name` of target `via`. */
export async function readValue(context: TrafficContext, reading: ValueReading): Promise<ReadValue> {
  const { name, probe, via, values = {}, timeoutMs = timeoutMsDefault } = reading
  const path = new Template(probe.path).fill(values, encodeURIComponent)
  const headers = Object.fromEntries(Object.entries(probe.headers ?? {}).map(([header, text]) => [header, new Template(text).fill(values)]))
  const exchange = await readOnce(context, new URL(path, context.urlOf(via)), { timeoutMs, headers })
  if (exchange.ending === 'cancelled') return { outcome: 'reset' }
  const value = readOf(context, exchange, { pointer: probe.pointer, via })
  context.record({ kind: 'observation', probe: name, target: via, sentAtMs: exchange.startedAtMs, atMs: exchange.endedAtMs ?? context.clock(), value })
  return value
}

function readOf(context: TrafficContext, exchange: Exchange, { pointer, via }: { readonly pointer: string; readonly via: Via }): ReadValue {
  const { status } = exchange
  if (exchange.ending !== 'complete' || status === undefined) {
    if (exchange.ending === 'timeout') return { outcome: 'timeout' }
    return { outcome: classify(exchange.seen()).outcome === 'refused' ? 'refused' : 'reset' }
  }
  const isInstance = context.instances.some((one) => one.id === via)
  const { boot } = context.identities.read(exchange.headers, context.clock(), isInstance ? via : undefined)
  const common = { status, ...(boot === undefined ? {} : { boot }) }
  if (status < 200 || status >= 300) return { outcome: 'error-status', ...common }
  const text = exchange.body.text()
  const found = pointer === '' ? (exchange.body.whole ? text : undefined) : atPointer(parsed(text)?.value, pointer)
  return found === undefined ? { outcome: 'absent', ...common } : { outcome: 'read', ...common, value: found }
}

/** Reads from each address at a fixed rate, each time on a new connection, whether the last answer is there or not. */
export function startValueSampler(context: TrafficContext, options: Omit<ValueReading, 'via'> & { readonly via: readonly Via[]; readonly everyMs: number }): { stop(): Promise<void> } {
  const readings = options.via.map((via) => {
    context.urlOf(via) // an unknown address is told here, not by every reading
    return () => readValue(context, { ...options, via })
  })
  return startRepeatedReading(context, options.everyMs, readings)
}
