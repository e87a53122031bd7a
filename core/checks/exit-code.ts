import type { StopResult } from '../driver.js'

/** Signals that platforms stop services with, or that programs die of, by number (the same on Linux and macOS, but for SIGBUS). */
const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15,
}

/**
 * The exit code as a shell or a container engine reports it: 128 plus the number for a process that a signal ended.
 * Undefined when neither is known.
 */
export function exitCodeOf({ exitCode, signal }: Pick<StopResult, 'exitCode' | 'signal'>): number | undefined {
  if (exitCode !== null) return exitCode
  if (signal === null) return undefined
  const number = signalNumbers[signal]
  return number === undefined ? undefined : 128 + number
}
