import { parse, stringify } from 'yaml'
import type { ConfigFormat } from '../../core/declarations/config.js'

/** A parsed configuration: in flat formats a mapping of texts, or of sections with texts. */
export type Parsed = unknown

/** Throws with what is wrong when the text is not of the format. */
export function parseAs(format: ConfigFormat, text: string): Parsed {
  if (format === 'yaml') return parse(text) as unknown
  if (format === 'json') return JSON.parse(text) as unknown
  return parseLines(text)
}

export function serialiseAs(format: ConfigFormat, parsed: Parsed): string {
  if (format === 'yaml') return stringify(parsed)
  if (format === 'json') return `${JSON.stringify(parsed, null, 2)}\n`
  return serialiseLines(parsed)
}

/** A text that no parser of the format accepts: a valid one with a broken end. */
export function brokenText(format: ConfigFormat, valid: string): string {
  const flat = format !== 'yaml' && format !== 'json'
  return `${valid.trimEnd()}\n${flat ? 'this line says nothing' : '{{{ "never closed: ['}\n`
}

type Section = Record<string, string>

function parseLines(text: string): Record<string, string | Section> {
  const root: Record<string, string | Section> = {}
  let target: Record<string, string | Section> = root
  text.split(/\r?\n/).forEach((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || /^[#;!]/.test(trimmed)) return
    const section = /^\[(.+)\]$/.exec(trimmed)?.[1]
    if (section !== undefined) {
      const made: Section = {}
      root[section] = made
      target = made
      return
    }
    const [, key, value] = /^(?:export\s+)?([^=:\s]+)\s*[=:]\s*(.*)$/.exec(trimmed) ?? []
    if (key === undefined || value === undefined) throw new Error(`line ${index + 1} is neither a comment, a section nor KEY=value`)
    target[key] = /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value
  })
  return root
}

function serialiseLines(parsed: Parsed): string {
  const entries = Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {})
  const line = ([key, value]: readonly [string, unknown]): string => `${key}=${/[\s#]/.test(String(value)) ? `"${String(value)}"` : String(value)}`
  const plain = entries.filter(([, value]) => typeof value !== 'object').map(line)
  const sections = entries.filter(([, value]) => typeof value === 'object' && value !== null)
  return `${[...plain, ...sections.flatMap(([name, section]) => [`[${name}]`, ...Object.entries(section as Section).map(line)])].join('\n')}\n`
}
