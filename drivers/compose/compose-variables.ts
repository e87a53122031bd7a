import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

export type ComposeVariables = Readonly<Record<string, string | undefined>>

/** What Compose puts in a file: the environment, and below it the file `.env` beside the file (compose-spec, interpolation). */
export function composeVariables(directory: string, environment: ComposeVariables): ComposeVariables {
  try {
    return { ...parseEnv(readFileSync(join(directory, '.env'), 'utf8')), ...environment }
  } catch {
    return environment // none, or not ours to read: defaults of the file then hold
  }
}

const variable = /\$\$|\$\{[A-Za-z_]\w*(?::?[-?+](?:[^{}]|\{[^{}]*\})*)?\}|\$[A-Za-z_]\w*/g
const parts = /^\$\{?(?<name>\w+)(?<operator>:?[-?+])?(?<operand>[^]*?)\}?$/

/** `$NAME`, `${NAME:-default}` and the rest of them in every string. A variable that is not set is empty, also one that Compose asks for: what needs it may not matter here. */
export function withVariables(value: unknown, variables: ComposeVariables): unknown {
  if (typeof value === 'string') return substituted(value, variables)
  if (Array.isArray(value)) return value.map((one: unknown) => withVariables(one, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]: [string, unknown]) => [key, withVariables(one, variables)]))
}

function substituted(text: string, variables: ComposeVariables): string {
  return text.replaceAll(variable, (whole) => {
    if (whole === '$$') return '$'
    const { name = '', operator = '', operand = '' } = parts.exec(whole)?.groups ?? {}
    const found = variables[name]
    const isThere = found !== undefined && (!operator.startsWith(':') || found !== '')
    if (operator.endsWith('-')) return isThere ? found : substituted(operand, variables)
    if (operator.endsWith('+')) return isThere ? substituted(operand, variables) : ''
    return found ?? ''
  })
}
