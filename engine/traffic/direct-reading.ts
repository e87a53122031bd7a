import type { Instance } from '../../core/driver.js'
import { Connection } from './connection.js'
import type { TrafficContext } from './context.js'
import { Exchange } from './exchange.js'

/** One GET on a connection of its own; not a request event. The exchange has ended when this resolves. */
export async function readOnce(context: TrafficContext, url: URL, options: { readonly timeoutMs: number; readonly headers?: Readonly<Record<string, string>> }): Promise<Exchange> {
  const connection = new Connection({ url, clock: context.clock, nextNumber: () => 1 })
  connection.busy = true
  const exchange = new Exchange(connection, { method: 'GET', path: url.pathname + url.search, headers: options.headers ?? {}, timeoutMs: options.timeoutMs, keepBody: true }, context.clock)
  context.outstanding.add(exchange)
  await exchange.ended
  context.outstanding.delete(exchange)
  connection.destroy()
  return exchange
}

/** The same from one instance, on its own address; what it calls itself is learnt from the answer. */
export async function readInstance(context: TrafficContext, instance: Instance, options: { readonly path: string; readonly timeoutMs: number }): Promise<Exchange> {
  const exchange = await readOnce(context, new URL(options.path, instance.url), options)
  if (exchange.status !== undefined) context.identities.read(exchange.headers, exchange.endedAtMs ?? context.clock(), instance.id)
  return exchange
}
