import { parse, stringify } from 'yaml'
import type { ConfigFormat } from '../../core/declarations/config.js'

/** A parsed configuration: in flat formats a mapping of texts, or of sections with texts. */
export type Parsed = unknown

/** Throws with what is wrong when the text is not of the format. */
export function parseAs(format: ConfigFormat, text: string): Parsed {
  if (format === 'yaml') return parse(text) as unknown
  if (format === 'json') return JSON.parse(text) as unknown
  return parseLines(format, text)
}

export function serialiseAs(format: ConfigFormat, parsed: Parsed): string {
  if (format === 'yaml') return stringify(parsed)
  if (format === 'json') return `${JSON.stringify(parsed, null, 2)}\n`
  return serialiseLines(format, parsed)
}

/** A text that no parser of the format accepts: a valid one with a broken end. */
export function brokenText(format: ConfigFormat, valid: string): string {
  const flat = format !== 'yaml' && format !== 'json'
  // Any line is a key in a properties file; only an escape that is none is wrong in it.
  const end = format === 'properties' ? 'broken=\\uZZZZ' : flat ? 'this line says nothing' : '{{{ "never closed: ['
  return `${valid.trimEnd()}\n${end}\n`
}

type Section = Record<string, string>

function parseLines(format: ConfigFormat, text: string): Record<string, string | Section> {
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
    if (format === 'properties' && /\\u(?![0-9A-Fa-f]{4})/.test(trimmed)) throw new Error(`line ${index + 1} has a broken escape`)
    if (key === undefined || value === undefined) throw new Error(`line ${index + 1} is neither a comment, a section nor KEY=value`)
    // Quotes belong to the value in a properties file.
    target[key] = format !== 'properties' && /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value
  })
  return root
}

/** What must stand in quotes. Many readers of ini files take quotes as a part of the value, so only what cannot do without gets them. */
const quoted: Readonly<Partial<Record<ConfigFormat, RegExp>>> = { env: /[\s#]/, ini: /^\s|\s$|[#;]/ }

function serialiseLines(format: ConfigFormat, parsed: Parsed): string {
  const entries = Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {})
  const line = ([key, value]: readonly [string, unknown]): string => `${key}=${quoted[format]?.test(String(value)) === true ? `"${String(value)}"` : String(value)}`
  const plain = entries.filter(([, value]) => typeof value !== 'object').map(line)
  const sections = entries.filter(([, value]) => typeof value === 'object' && value !== null)
  return `${[...plain, ...sections.flatMap(([name, section]) => [`[${name}]`, ...Object.entries(section as Section).map(line)])].join('\n')}\n`
}
