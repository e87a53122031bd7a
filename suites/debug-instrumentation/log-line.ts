import type { LogFields } from '../../core/declarations/observability.js'
import { atJsonPointer } from '../../core/json-pointer.js'
import { parseLogfmt } from './logfmt.js'

/** A line as people and programs need it. */
export interface LogLine {
  readonly level: string
  readonly message: string
  readonly module: string | undefined
  readonly correlation: string | undefined
}

/** The line, or what is wrong with it. `fields` says where in it its parts stand. */
export function readLine(line: string, fields: LogFields): LogLine | { readonly problem: string } {
  const document = fields.format === 'logfmt' ? parseLogfmt(line) : parseJson(line)
  if (document === undefined) return { problem: fields.format === 'logfmt' ? 'is not logfmt' : 'is not JSON' }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return { problem: 'is no JSON object' }
  const time = atJsonPointer(document, fields.time)
  if (!isTime(time)) return { problem: `has no time at ${fields.time}` }
  const level = atJsonPointer(document, fields.level)
  if ((typeof level !== 'string' || level === '') && typeof level !== 'number') return { problem: `has no level at ${fields.level}` }
  const message = atJsonPointer(document, fields.message)
  if (typeof message !== 'string') return { problem: `has no message at ${fields.message}` }
  const text = (pointer: string | undefined): string | undefined => {
    const found = pointer === undefined ? undefined : atJsonPointer(document, pointer)
    return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined
  }
  return { level: String(level), message, module: text(fields.module), correlation: text(fields.correlation) }
}
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

export const isProblem = (line: LogLine | { readonly problem: string }): line is { readonly problem: string } => 'problem' in line

/** A date that a program can read, or a number of seconds, milliseconds or nanoseconds since 1970. */
function isTime(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && value > 1e9
  return typeof value === 'string' && /\d{4}/.test(value) && Number.isFinite(Date.parse(value))
}
