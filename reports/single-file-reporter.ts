import { join } from 'node:path'
import type { Reporter } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import { writeAtomically } from './atomic-write.js'

/** A reporter that writes one file, whole or not at all. `contents` says in words what is in it. */
export function singleFileReporter(name: string, { file, contents }: { readonly file: string; readonly contents: string }, textOf: (report: RunReport) => string): Reporter {
  return {
    name,
    description: `${file}: ${contents}`,
    async write(report, directory) {
      const path = join(directory, file)
      await writeAtomically(path, textOf(report))
      return [path]
    },
  }
}
