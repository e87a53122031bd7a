import type { IncomingHttpHeaders } from 'node:http'

/** W3C Trace Context: version, trace id, parent id, flags. */
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/
const sampledFlag = 1

/** What ties a request to lines about it, here and in other services. */
export interface Correlation {
  readonly traceId: string
  /** Whoever sent it wants to find it in the log: one line is written for it, whatever becomes of it. */
  readonly sampled: boolean
}

export function correlationOf(headers: IncomingHttpHeaders): Correlation | undefined {
  const given = headers['traceparent']
  if (typeof given !== 'string') return undefined
  const [, traceId, flags] = traceparent.exec(given) ?? []
  return traceId === undefined ? undefined : { traceId, sampled: (Number.parseInt(flags ?? '0', 16) & sampledFlag) !== 0 }
}
export const traceOf = (headers: IncomingHttpHeaders): { readonly traceId?: string } => {
  const found = correlationOf(headers)
  return found === undefined ? {} : { traceId: found.traceId }
}
