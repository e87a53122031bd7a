import { readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { isRecord, describedService, type DescribedService } from './described-service.js'
import { composeVariables, withVariables, type ComposeVariables } from './compose-variables.js'

/** What a Compose file says, read without an engine and without the Compose command. */
export interface DescribedProject {
  readonly file: string
  readonly name: string
  /** Where the name is from, in words. */
  readonly nameFrom: string
  readonly services: readonly DescribedService[]
  /** Whether parts of it stand in other files, which were not read. */
  readonly hasOtherFiles: boolean
}

const bytesMax = 1_000_000
const hint = 'Give the Compose file that docker compose up uses, such as --from compose.yaml; docker compose config shows whether it is sound. Of YAML files init reads these and OpenAPI documents.'

/** Throws SeaworthyError SW_INIT_COMPOSE, with file and line where the line is known. */
export function readComposeDocument(file: string, environment: ComposeVariables): DescribedProject {
  const source = new ComposeSource(file)
  const variables = composeVariables(dirname(file), environment)
  const root = source.value(variables)
  if (!isRecord(root) || !isRecord(root['services'])) throw source.refusal('no services, expected a Compose file', isRecord(root) && 'services' in root ? ['services'] : [])
  const written = root['services']
  const services = Object.keys(written).map((name) => {
    const one = whole(written, name)
    if (one === undefined) throw source.refusal(`the service ${JSON.stringify(name)} without keys, or one that extends itself; expected at least image or build`, ['services', name])
    if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name)) throw source.refusal(`the service name ${JSON.stringify(name)}, expected letters, digits, dots, hyphens and underscores`, ['services', name])
    return describedService(name, one)
  })
  if (services.length === 0) throw source.refusal('no service, expected at least one', ['services'])
  return {
    file,
    ...projectName(source, root['name'], variables),
    services,
    hasOtherFiles: 'include' in root || Object.values(written).some((one) => isRecord(one) && isRecord(one['extends']) && 'file' in one['extends']),
  }
}

/** In the order in which Compose looks: its variable, the file, the folder (compose-spec, name). */
function projectName(source: ComposeSource, named: unknown, { COMPOSE_PROJECT_NAME: variable = '' }: ComposeVariables): Pick<DescribedProject, 'name' | 'nameFrom'> {
  const isWritten = typeof named === 'string' && named !== ''
  const folder = basename(dirname(source.file))
  const name = variable !== '' ? variable : isWritten ? named : folder.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '').replace(/^[_-]+/, '')
  if (/^[a-z0-9][a-z0-9_-]*$/.test(name)) return { name, nameFrom: variable !== '' ? 'COMPOSE_PROJECT_NAME' : isWritten ? `name: of ${basename(source.file)}` : `the name of the folder ${JSON.stringify(folder)}, as there is no name: in the file` }
  throw source.refusal(`the project name ${JSON.stringify(name)}, expected lower-case letters, digits, hyphens and underscores`, isWritten ? ['name'] : [], 'Write name: at the top of the Compose file.')
}

/** A service with what it takes over from another one of the same file; undefined: it has no keys, or takes over from itself. */
function whole(services: Readonly<Record<string, unknown>>, name: string, seen: readonly string[] = []): Readonly<Record<string, unknown>> | undefined {
  const one = services[name]
  if (!isRecord(one) || seen.includes(name)) return undefined
  const { extends: other } = one
  const from = typeof other === 'string' ? other : isRecord(other) && !('file' in other) ? other['service'] : undefined
  if (typeof from !== 'string') return one
  const base = whole(services, from, [...seen, name])
  return base === undefined ? undefined : { ...base, ...one }
}

/** A YAML text that knows on which line a key stands. */
class ComposeSource {
  private readonly lines = new LineCounter()
  private readonly document: Document
  constructor(readonly file: string) {
    this.document = parseDocument(this.read(), { lineCounter: this.lines, merge: true, logLevel: 'error' })
    const [first] = this.document.errors
    if (first !== undefined) throw this.error(`found broken YAML: ${first.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`, this.lines.linePos(first.pos[0]).line)
  }
  value(variables: ComposeVariables): unknown {
    try {
      return withVariables(this.document.toJS({ maxAliasCount: 100 }), variables)
    } catch (thrown) {
      throw this.error(`found broken YAML: ${thrown instanceof RangeError ? 'an alias that contains itself, or values nested too deeply' : messageOf(thrown)}`)
    }
  }
  /** `path`: where it stands; empty for the whole file. */
  refusal(found: string, path: readonly string[], advice = hint): SeaworthyError {
    const parent = path.length <= 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true)
    const key = isMap(parent) ? parent.items.find((one) => isScalar(one.key) && one.key.value === path.at(-1))?.key : undefined
    const start = isNode(key) ? key.range?.[0] : undefined
    return this.error(`found ${found}`, start === undefined ? undefined : this.lines.linePos(start).line, advice)
  }
  private read(): string {
    try {
      const { size } = statSync(this.file)
      if (size > bytesMax) throw new Error(`it has ${size} bytes, expected at most ${bytesMax}`)
      return readFileSync(this.file, 'utf8')
    } catch (thrown) {
      throw this.error(messageOf(thrown))
    }
  }
  private error(found: string, line?: number, advice = hint): SeaworthyError {
    return new SeaworthyError('SW_INIT_COMPOSE', `while reading the Compose file: ${found} (${this.file}${line === undefined ? '' : `:${line}`})`, { hint: advice })
  }
}
