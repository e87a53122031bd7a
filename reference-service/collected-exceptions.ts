import { parseEnvelope } from '@sentry/core'
import type { Event } from '@sentry/core'

export interface CollectedException {
  readonly id: string | undefined
  readonly at: number | undefined // seconds since 1970
  readonly type: string | undefined
  readonly message: string | undefined
  readonly stack: string
  readonly release: string | undefined
  readonly instance: string | undefined
  readonly boot: unknown
  readonly level: string | undefined
}

/** The exceptions in an envelope, the outermost one of each event. Throws for what is no envelope. */
export function exceptionsIn(body: Uint8Array): readonly CollectedException[] {
  const [, items] = parseEnvelope(body)
  return items.flatMap(([header, payload]) => {
    if (header.type !== 'event') return []
    const event = payload as Event
    const exception = event.exception?.values?.at(-1)
    const frames = [...(exception?.stacktrace?.frames ?? [])].reverse()
    return [
      {
        id: event.event_id,
        at: event.timestamp,
        type: exception?.type,
        message: exception?.value,
        stack: frames.map((frame) => `at ${frame.function ?? '?'} (${frame.filename ?? '?'}:${frame.lineno ?? '?'})`).join('\n'),
        release: event.release,
        instance: event.server_name,
        boot: event.tags?.['boot'],
        level: event.level,
      },
    ]
  })
}
