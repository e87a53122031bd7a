import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { nearMisses } from '../core/near-miss.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { descriptorFromDocument } from './descriptor-from-document.js'
import { DescriptorContradiction } from './descriptor-contradiction.js'
import { descriptorSchema } from './descriptor-schema.js'
import { secretsOf, type Substituted } from './secrets-of-descriptor.js'

const sizeMax = 1_000_000

/**
 * Reads and validates a `seaworthy.yaml`. Every mistake in it is reported at once, each with file, line, column and
 * path. `${NAME}` and `${NAME:-default}` in strings are taken from `environment`.
 * Throws SeaworthyError SW_DESCRIPTOR_UNREADABLE, SW_DESCRIPTOR_SYNTAX or SW_DESCRIPTOR_INVALID.
 */
export function loadDescriptor(file: string, environment: NodeJS.ProcessEnv = process.env): ServiceDescriptor {
  const path = resolve(file)
  return parseDescriptor(readText(path), path, environment)
}

/** The same of a text that need not be in a file yet; `path` says where it will be. */
export function parseDescriptor(text: string, path: string, environment: NodeJS.ProcessEnv = process.env): ServiceDescriptor {
  const source = new Source(path, text)
  const variables: Substituted[] = []
  const substituted = source.value(environment, variables)
  const result = descriptorSchema.safeParse(substituted)
  if (!result.success) throw source.invalid(result.error.issues.flatMap((issue) => problemsOf(issue, source.asWritten())))
  try {
    const descriptor = descriptorFromDocument(result.data, dirname(path))
    const secrets = secretsOf(substituted, variables)
    return secrets.length === 0 ? descriptor : { ...descriptor, secrets }
  } catch (thrown) {
    if (thrown instanceof DescriptorContradiction) throw source.invalid([{ path: thrown.path, message: thrown.message }])
    throw thrown
  }
}

/** 'file:line:column' of a path in a descriptor, or just the file when it cannot be told. */
export function descriptorPosition(file: string, path: Path): string {
  try {
    return new Source(file, readText(file)).where(path)
  } catch {
    return file
  }
}

function readText(path: string): string {
  try {
    // Reading a pipe or a device might never end.
    const status = statSync(path)
    if (!status.isFile()) throw new Error(`found ${status.isDirectory() ? 'a folder' : 'no regular file'}, expected a file`)
    if (status.size > sizeMax) throw new Error(`it has ${status.size} bytes, expected at most ${sizeMax}`)
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new SeaworthyError('SW_DESCRIPTOR_UNREADABLE', `while reading the descriptor ${path}: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'Name an existing seaworthy.yaml, or run without an argument to use ./seaworthy.yaml or the bundled reference service.',
    })
  }
}

type Path = readonly (string | number)[]
interface Problem {
  readonly path: Path
  readonly message: string
}

/** A YAML text that knows where each path stands. */
class Source {
  readonly document: Document
  private readonly lines = new LineCounter()
  constructor(private readonly file: string, text: string) {
    try {
      this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true })
    } catch (thrown) {
      throw this.unusable(thrown)
    }
    const [first] = this.document.errors
    if (first !== undefined) {
      const { line, col } = this.lines.linePos(first.pos[0])
      throw new SeaworthyError('SW_DESCRIPTOR_SYNTAX', `while parsing the descriptor: ${first.message.split('\n')[0]} (${file}:${line}:${col})`, {
        hint: 'The descriptor is YAML 1.2; indentation is by spaces.',
      })
    }
  }
  /** As it stands in the file: what comes from the environment may be a secret, and is not shown. */
  asWritten(): unknown {
    return this.document.toJS({ maxAliasCount: 100 }) as unknown
  }
  /** The document as plain values, with the variables of the environment put in; each of them is added to `variables`. */
  value(environment: NodeJS.ProcessEnv, variables: Substituted[]): unknown {
    try {
      return substitute(this.document.toJS({ maxAliasCount: 100 }) as unknown, [], (name, fallback, path) => {
        const value = environment[name] ?? fallback
        if (value === undefined) throw this.invalid([{ path, message: `the environment variable ${name} is not set, and there is no default (\${${name}:-default})` }])
        variables.push({ name, value, fallback })
        return value
      })
    } catch (thrown) {
      throw thrown instanceof SeaworthyError ? thrown : this.unusable(thrown)
    }
  }
  /** Aliases that lead nowhere, to themselves or to too much, and nesting without end. */
  private unusable(thrown: unknown): SeaworthyError {
    const found = thrown instanceof RangeError ? 'an alias that contains itself, or values nested too deeply' : messageOf(thrown)
    return new SeaworthyError('SW_DESCRIPTOR_SYNTAX', `while parsing the descriptor: ${found} (${this.file})`, { cause: thrown, hint: 'Write the values out instead of using YAML anchors.' })
  }
  /** 'file:line:column' of a path, or of its nearest parent that exists. */
  where(path: Path): string {
    for (let length = path.length; length >= 0; length--) {
      const start = this.startOf(path.slice(0, length))
      if (start === undefined) continue
      const { line, col } = this.lines.linePos(start)
      return `${this.file}:${line}:${col}`
    }
    return `${this.file}:1:1`
  }
  /** Where the key stands, or the item of a list, or the document. */
  private startOf(path: Path): number | undefined {
    const key = path.at(-1)
    const parent = path.length === 0 ? undefined : path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true)
    const pair = isMap(parent) ? parent.items.find((one) => isScalar(one.key) && one.key.value === key) : undefined
    const node = pair === undefined ? (path.length === 0 ? this.document.contents : this.document.getIn(path, true)) : pair.key
    return isNode(node) ? node.range?.[0] : undefined
  }
  invalid(problems: readonly Problem[]): SeaworthyError {
    const text = problems.map(({ path, message }) => `${this.where(path)}: ${path.join('.') || 'document'}: ${message}`)
    const head = problems.length === 1 ? 'the descriptor is not valid' : `the descriptor has ${problems.length} mistakes`
    return new SeaworthyError('SW_DESCRIPTOR_INVALID', `${head}\n${text.map((line) => `  ${line}`).join('\n')}`, {
      hint: 'The format is described by schemas/descriptor-v1.schema.json of this package; editors use it to complete and check.',
    })
  }
}

/** Problems of one zod issue; unknown keys each get their own place and a near-miss suggestion. */
function problemsOf(issue: z.core.$ZodIssue, document: unknown): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path)
    return issue.keys.map((key) => {
      if (known.includes(key)) return { path: [...path, key], message: 'this key belongs to another kind' }
      const near = nearMisses(key, known)
      const suggestion = near.length > 0 ? `, did you mean ${near.join(' or ')}?` : known.length > 0 ? `, expected one of ${known.join(', ')}` : ''
      return { path: [...path, key], message: `unknown key${suggestion}` }
    })
  }
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues.map((one) => one.message).join(', ') }]
  const found = path.reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], document)
  const shown = found === undefined ? 'it is missing' : `found ${JSON.stringify(found)?.slice(0, 80)}`
  return [{ path, message: `${issue.message} (${shown})` }]
}

interface KeySchema {
  readonly properties?: Readonly<Record<string, KeySchema>>
  readonly additionalProperties?: KeySchema | boolean
  readonly items?: KeySchema
  readonly anyOf?: readonly KeySchema[]
  readonly oneOf?: readonly KeySchema[]
}
const alternatives = (schema: KeySchema): readonly KeySchema[] => [schema, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(alternatives)]

/** Keys the schema knows at a path, of every alternative that there is. */
function knownKeys(path: Path): readonly string[] {
  let schemas = alternatives(z.toJSONSchema(descriptorSchema, { io: 'input' }) as KeySchema)
  for (const part of path) {
    schemas = schemas.flatMap(({ properties, additionalProperties, items }) => {
      const inner = properties?.[part] ?? (typeof part === 'number' ? items : additionalProperties)
      return typeof inner === 'object' ? alternatives(inner) : []
    })
  }
  return [...new Set(schemas.flatMap(({ properties }) => Object.keys(properties ?? {})))]
}

const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g
type LookUp = (name: string, fallback: string | undefined, path: Path) => string
function substitute(value: unknown, path: Path, lookUp: LookUp): unknown {
  if (typeof value === 'string') return value.replace(variable, (_, name: string, fallback: string | undefined) => lookUp(name, fallback, path))
  if (Array.isArray(value)) return value.map((one, index) => substitute(one, [...path, index], lookUp))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substitute(one, [...path, key], lookUp)]))
  }
  return value
}
