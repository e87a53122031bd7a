import { SeaworthyError } from '../core/errors.js'
import { redactionOf, type Redaction } from '../core/redaction.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { NamingReporter } from './live-reporter.js'

export const redactionFor = (service: ServiceDescriptor): Redaction => redactionOf(service.secrets ?? [])

/** A live reporter that is told everything but secrets. */
export const withoutSecrets = (live: NamingReporter, redaction: Redaction): NamingReporter => ({
  onEvent: (event) => live.onEvent(redaction.secrets.length === 0 ? event : redaction.value(event)),
  close: () => live.close(),
  nameFiles: (names) => live.nameFiles(names),
})

/** Does the work; what it throws names no secret, neither in its message nor in those of its causes. */
export async function throwingNoSecrets<T>(redaction: Redaction, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw redaction.secrets.length === 0 ? thrown : redacted(thrown, redaction)
  }
}

function redacted(thrown: unknown, redaction: Redaction): unknown {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? redaction.text(thrown) : thrown
  const cause = thrown.cause === undefined ? {} : { cause: redacted(thrown.cause, redaction) }
  if (thrown instanceof SeaworthyError) {
    const { code, exitCode, hint } = thrown
    return new SeaworthyError(code, redaction.text(thrown.message), { exitCode, ...cause, ...(hint === undefined ? {} : { hint: redaction.text(hint) }) })
  }
  const told = new Error(redaction.text(thrown.message), cause)
  told.stack = redaction.text(thrown.stack ?? told.message)
  return told
}
