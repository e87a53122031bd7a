import { SeaworthyError } from '../core/errors.js'
import type { LiveReporter, Reporter } from '../core/run-event.js'
import { createTerminal, reporters } from '../reports/index.js'

const terminalName = 'terminal'

/** File reporters by name; `terminal` is live and chosen apart. Throws SW_REPORTER_UNKNOWN. */
export function selectReporters(names: readonly string[]): readonly Reporter[] {
  return names
    .filter((name) => name !== terminalName)
    .map((name) => {
      const found = reporters.find((one) => one.name === name)
      if (found !== undefined) return found
      const known = [...reporters.map((one) => one.name), terminalName]
      throw new SeaworthyError('SW_REPORTER_UNKNOWN', `--reporter ${name}: no such reporter, expected one of ${known.join(', ')}`)
    })
}

const fileOf: Readonly<Record<string, string>> = { html: 'index.html', junit: 'junit.xml', json: 'run.json' }

/** `files`: names of the reports that are written, to be named at the end. */
export function liveReporter(names: readonly string[], files: readonly string[] = filesOf(names)): LiveReporter {
  if (!names.includes(terminalName)) return { onEvent: () => {}, close: () => {} }
  return createTerminal({ stream: process.stdout, files })
}

const filesOf = (names: readonly string[]): readonly string[] => [...new Set([...names, 'json'])].flatMap((name) => fileOf[name] ?? [])
