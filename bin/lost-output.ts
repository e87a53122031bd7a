import { exitCodes, messageOf, SeaworthyError } from '../core/errors.js'
import { printError } from './print-error.js'

/** A reader that went away (`| head`, EPIPE; a terminal that was closed, EIO) has what it wanted: no reason to fail or to leave things running. */
const isGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || (code === 'EIO' && process.stdout.isTTY) || code === 'ERR_STREAM_DESTROYED'

/**
 * Watches what is written to standard output. What a command said and nobody got, on a disk that is full say, stops nothing; its exit code
 * says in the end that it is lost. On standard error there is nobody left to tell.
 */
export function watchOutput(): (exitCode: number) => Promise<number> {
  let lost: Error | undefined
  process.stdout.on('error', (error) => {
    if (!isGone(error)) lost ??= error
  })
  process.stderr.on('error', () => {})
  return async (exitCode) => {
    await writesTold()
    if (lost === undefined) return exitCode
    const { internal } = exitCodes
    const lostOutput = printError(new SeaworthyError('SW_OUTPUT_LOST', `while writing to standard output: ${messageOf(lost)}`, { exitCode: internal, hint: 'What was printed is not complete: make room, or send it elsewhere.' }))
    // Who interrupted it expects less.
    return Math.max(exitCode, lostOutput)
  }
}

/** The error of a write comes a turn later. */
const writesTold = (): Promise<void> => new Promise((resolve) => void process.stdout.write('', () => setImmediate(resolve)))
