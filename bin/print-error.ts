import { exitCodes, messageOf, SeaworthyError } from '../core/errors.js'
import { printable } from '../reports/printable.js'

/** Tells a person what went wrong and returns the exit code; what a service said may be quoted in it, and must not act on a terminal. A stack trace only for faults of our own. */
export function printError(thrown: unknown): number {
  if (thrown instanceof SeaworthyError) {
    process.stderr.write(`error ${thrown.code}: ${printable(thrown.message)}\n`)
    if (thrown.hint !== undefined) process.stderr.write(`hint: ${thrown.hint}\n`)
    return thrown.exitCode
  }
  process.stderr.write(`internal fault SW_INTERNAL: ${messageOf(thrown)}\n`)
  if (thrown instanceof Error && thrown.stack !== undefined) process.stderr.write(`${thrown.stack}\n`)
  process.stderr.write('hint: this is a fault of seaworthy, please report it with the lines above\n')
  return exitCodes.internal
}
