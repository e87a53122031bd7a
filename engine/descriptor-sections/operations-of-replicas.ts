import { resolve } from 'node:path'
import { z } from 'zod'
import type { DataFiles } from '../../core/declarations/data-files.js'
import type { DocumentedRunbook, DocumentedTimes } from '../../core/declarations/documented.js'
import type { UnitChanges } from '../../core/driver.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { durationMs, operationOf } from '../descriptor-from-parts.js'
import { command, duration, environment, operation } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

export const documentedTimes = z.strictObject({
  start: duration.describe('from the start of the process until it is ready'),
  stop: duration.describe('from the stop signal until the process has exited'),
  where: z.string().min(1).describe('where it says so: a file, a page'),
})
export const documentedRunbook = z.strictObject({ file: z.string().min(1).describe('a Markdown file, relative to the descriptor; fenced blocks whose info string says operation=NAME are run') })

export const documentedTimesOf = (document: z.infer<typeof documentedTimes>): DocumentedTimes => ({
  startMs: durationMs(document.start),
  stopMs: durationMs(document.stop),
  where: document.where,
})

interface DocsDocument {
  readonly times?: z.infer<typeof documentedTimes> | undefined
  readonly runbook?: z.infer<typeof documentedRunbook> | undefined
}
/** The path of the runbook is made absolute. */
export const docsOf = ({ times, runbook }: DocsDocument, directory: string): { readonly times?: DocumentedTimes; readonly runbook?: DocumentedRunbook } => ({
  ...(times === undefined ? {} : { times: documentedTimesOf(times) }),
  ...(runbook === undefined ? {} : { runbook: { path: resolve(directory, runbook.file) } }),
})

export const startDrained = z.strictObject({ command: command.optional(), env: environment.optional() }).describe('what a replica runs with to start in drained state')
/** Throws DescriptorContradiction. */
export function startDrainedOf({ command: program, env }: z.infer<typeof startDrained>): UnitChanges {
  if (program === undefined && env === undefined) throw new DescriptorContradiction(['lifecycle', 'startDrained'], 'says neither command nor env: the replica would start as always')
  return { ...(program === undefined ? {} : { command: program }), ...(env === undefined ? {} : { env }) }
}

export const dataFiles = z.strictObject({
  component: z.string().describe('a component that keeps data in files of its own'),
  pattern: z.string().min(1).describe('regular expression for the path of the file, relative to its data folder, that new data is appended to'),
  write: operation.describe('a write of the service that ends in this component'),
  read: operation.describe('its expect must promise {value}, or a damaged file could not be told from a whole one'),
})
/** Throws DescriptorContradiction. */
export function dataFilesOf(document: z.infer<typeof dataFiles>, components: readonly string[]): DataFiles {
  const path = ['data', 'files']
  if (!components.includes(document.component)) {
    throw new DescriptorContradiction([...path, 'component'], `names the component "${document.component}", expected one of: ${components.join(', ') || '(none declared)'}`)
  }
  const { json, bodyEndsWith } = document.read.expect ?? {}
  if (!mentions([json, bodyEndsWith], 'value')) {
    throw new DescriptorContradiction([...path, 'read'], 'promises nothing of the value in its expect, so that damaged data would look like whole data; expected {value}, such as expect: { json: { /text: "{value}" } }')
  }
  return { component: document.component, pattern: regularExpression(document.pattern, [...path, 'pattern']), write: operationOf('data.files.write', document.write, 0), read: operationOf('data.files.read', document.read, 0) }
}

function regularExpression(text: string, path: readonly string[]): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw new DescriptorContradiction(path, (error as Error).message)
  }
}
