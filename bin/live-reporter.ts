import { isAbsolute, relative } from 'node:path'
import { SeaworthyError } from '../core/errors.js'
import type { LiveReporter, Reporter } from '../core/run-event.js'
import { createEventStream, createQuiet, createTerminal, reporters } from '../reports/index.js'

const terminalName = 'terminal'

/** The summary on the terminal names the files that were written. */
export const namesFiles = (names: readonly string[]): boolean => names.includes(terminalName)

/** A live reporter that names the files of the reports at the end: only those that were really written. */
export interface NamingReporter extends LiveReporter {
  /** To be called before the event `run-ended`. */
  nameFiles(paths: readonly string[]): void
}

/** File reporters by name; `terminal` is live and chosen apart. Throws SW_REPORTER_UNKNOWN. */
export function selectReporters(names: readonly string[]): readonly Reporter[] {
  return [...new Set(names)]
    .filter((name) => name !== terminalName)
    .map((name) => {
      const found = reporters.find((one) => one.name === name)
      if (found !== undefined) return found
      const known = [...reporters.map((one) => one.name), terminalName]
      throw new SeaworthyError('SW_REPORTER_UNKNOWN', `--reporter ${name}: no such reporter, expected one of ${known.join(', ')}`)
    })
}

/** What people read goes before what machines do. */
const inReadingOrder = (paths: readonly string[]): readonly string[] => [...paths].sort((a, b) => Number(b.endsWith('.html')) - Number(a.endsWith('.html')))

/** Short where it can be, and always one that can be opened from here. */
function shownPath(path: string): string {
  const inside = relative(process.cwd(), path)
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside
}

/** How a run is told while it goes on: `json` goes before `quiet`, and both before the terminal. */
export interface LiveOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
}

export function liveReporter(names: readonly string[], { json = false, quiet = false }: LiveOptions = {}): NamingReporter {
  if (json) return { ...createEventStream(process.stdout), nameFiles: () => {} }
  if (quiet) return { ...createQuiet(process.stdout, process.stderr), nameFiles: () => {} }
  // Without a terminal nothing is told of how it goes; what nobody would find in a file, such as a file that could not be written, is.
  if (!names.includes(terminalName)) return { ...createQuiet({ write: () => {} }, process.stderr), nameFiles: () => {} }
  const files: string[] = [] // the terminal looks into it when the run has ended
  const terminal = createTerminal({ stream: process.stdout, files })
  return {
    onEvent: (event) => terminal.onEvent(event),
    close: () => terminal.close(),
    nameFiles: (written) => void files.splice(0, files.length, ...inReadingOrder(written).map(shownPath)),
  }
}
