import { createEventEnvelope, createStackParser, exceptionFromError, getEnvelopeEndpointWithUrlEncodedAuth, makeDsn, serializeEnvelope } from '@sentry/core'
import { nodeStackLineParser } from '@sentry/core/server'
import type { Event } from '@sentry/core'
import { randomUUID } from 'node:crypto'

const stackParser = createStackParser(nodeStackLineParser())

export interface ReportedException {
  readonly error: Error
  readonly instance: string
  readonly boot: string
  readonly release: string
  /** The process ends because of it. */
  readonly fatal: boolean
  readonly traceId?: string
}

/** Where an exception is sent, and what: the protocol of Sentry, which several collectors speak. Undefined for an address that is none. */
export function sentryEnvelope(address: string, { error, instance, boot, release, fatal, traceId }: ReportedException): { readonly url: string; readonly body: string | Uint8Array } | undefined {
  const dsn = makeDsn(address)
  if (dsn === undefined) return undefined
  const exception = exceptionFromError(stackParser, error)
  const event: Event = {
    event_id: randomUUID().replaceAll('-', ''),
    timestamp: Date.now() / 1_000,
    platform: 'node',
    level: fatal ? 'fatal' : 'error',
    release,
    server_name: instance,
    tags: { boot },
    exception: { values: [{ ...exception, mechanism: { type: 'generic', handled: false } }] },
    ...(traceId === undefined ? {} : { contexts: { trace: { trace_id: traceId, span_id: randomUUID().replaceAll('-', '').slice(0, 16) } } }),
  }
  return { url: getEnvelopeEndpointWithUrlEncodedAuth(dsn), body: serializeEnvelope(createEventEnvelope(event, dsn)) }
}
