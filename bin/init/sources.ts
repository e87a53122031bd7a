import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { readComposeDocument, type DescribedProject } from '../../drivers/compose/compose-document.js'
import { openApiReads } from '../../engine/openapi-reads.js'
import { bareUrl, type RunningService } from './running-service.js'
import { lookAtContainer } from './running-container.js'
import { startCommandOf, type StartCommand } from './command-line.js'

/** What is known of the service from the start. */
export interface Sources {
  /** Either this, or a service that runs already, or a project. */
  readonly start?: StartCommand
  readonly running?: RunningService
  readonly compose?: DescribedProject
  /** Port of the running service, when its URL was given. */
  readonly knownPort?: number
  /** Paths to be read: of the URL and of the OpenAPI document. */
  readonly wanted: readonly string[]
}

const documentBytesMax = 10_000_000
const hint = 'Give the start command as well: --from "node server.js"; for a service that runs already, its URL or container: --from http://localhost:3000, --from container:NAME; or a Compose file: --from compose.yaml.'

/** Takes what was given apart: URLs, files and one start command. Asks for what is missing where a person can answer. Throws SW_INIT_SOURCE. */
export async function readSources(given: readonly string[] | undefined): Promise<Sources> {
  const from = given === undefined || given.length === 0 ? await asked() : given
  const wanted: string[] = []
  let start: StartCommand | undefined
  let knownPort: number | undefined
  let first: URL | undefined
  let container: RunningService | undefined
  let compose: DescribedProject | undefined
  for (const one of from) {
    if (/^https?:\/\//.test(one)) {
      const url = urlOf(one)
      first ??= url
      knownPort = url.port === '' ? undefined : Number(url.port)
      if (url.pathname !== '/') wanted.push(`${url.pathname}${url.search}`)
    } else if (one.startsWith('container:')) {
      container = await lookAtContainer(one.slice('container:'.length))
    } else if (existsSync(one) && statSync(one).isFile() && (!one.includes(' ') || isYaml(one))) {
      const reads = isYaml(one) ? readsOfYaml(one) : readsOf(one)
      if (reads === undefined) compose = readComposeDocument(resolve(one), process.env)
      else wanted.push(...reads)
    } else if (start === undefined) {
      start = startCommandOf(one)
    } else {
      throw new SeaworthyError('SW_INIT_SOURCE', `--from ${JSON.stringify(one)}: found a second start command, expected one`)
    }
  }
  if (compose !== undefined && (start ?? container) !== undefined) throw new SeaworthyError('SW_INIT_SOURCE', `--from: found a ${start === undefined ? 'container' : 'start command'} beside the Compose file ${compose.file}, expected one of them`)
  if (compose !== undefined) return { compose, wanted }
  if (start !== undefined) return { start, wanted, ...(knownPort === undefined ? {} : { knownPort }) }
  if (container !== undefined) return { running: container, wanted }
  if (first?.protocol === 'https:') throw new SeaworthyError('SW_INIT_SOURCE', `--from ${first.origin}: found https, expected http`, { hint: 'Name the port behind what ends TLS, or a tunnel: ssh -L 8080:localhost:8080 HOST, then --from http://localhost:8080.' })
  if (first !== undefined) return { running: bareUrl(first), wanted }
  throw new SeaworthyError('SW_INIT_SOURCE', 'while reading --from: found neither a start command nor where the service is reached', { hint })
}

function urlOf(text: string): URL {
  if (URL.canParse(text)) return new URL(text)
  throw new SeaworthyError('SW_INIT_SOURCE', `--from ${JSON.stringify(text)}: found no valid URL`)
}

const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path)

/** Of an OpenAPI document; undefined: it is taken for a Compose file, whose reader says what is wrong with it. */
function readsOfYaml(path: string): readonly string[] | undefined {
  try {
    if (statSync(path).size > documentBytesMax) return undefined
    const { isOpenApi, paths } = openApiReads(readFileSync(path, 'utf8'))
    return isOpenApi ? paths : undefined
  } catch {
    return undefined
  }
}

function readsOf(path: string): readonly string[] {
  try {
    if (statSync(path).size > documentBytesMax) throw new Error(`it has more than ${documentBytesMax} bytes`)
    const { isOpenApi, paths } = openApiReads(readFileSync(path, 'utf8'))
    if (isOpenApi) return paths
  } catch (thrown) {
    throw new SeaworthyError('SW_INIT_SOURCE', `--from ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  throw new SeaworthyError('SW_INIT_SOURCE', `--from ${path}: found a file that is no OpenAPI document`, { hint: 'A program is named with its interpreter: --from "node server.js", --from "./server --port 8080".' })
}

/** Two questions, only where somebody can answer them. */
async function asked(): Promise<readonly string[]> {
  if (!process.stdin.isTTY) throw new SeaworthyError('SW_INIT_SOURCE', 'while asking about the service: standard input is no terminal, and there is no --from', { hint: 'Say how the service is started: seaworthy init --from "node server.js".' })
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const command = (await lines.question('How is the service started? (as you type it, such as: node server.js) ')).trim()
    const url = (await lines.question('Its URL, if you know a page that must answer (such as http://localhost:3000/items; empty: it is looked for) ')).trim()
    return [command, url].filter((one) => one !== '')
  } finally {
    lines.close()
  }
}
