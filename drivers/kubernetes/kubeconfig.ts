import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { messageOf, SeaworthyError } from '../../core/errors.js'

/** How the API server of one cluster is reached, and as whom. */
export interface ClusterAccess {
  readonly server: URL
  /** For people: 'context kind-dev of /home/me/.kube/config'. */
  readonly origin: string
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
  readonly serverName?: string
  readonly verify: boolean
  /** Asked before every request: a token in a file is exchanged while a run goes on. */
  token(): string | undefined
}

export interface AccessWanted {
  readonly context?: string | undefined
  /** Files to read instead of KUBECONFIG and ~/.kube/config. */
  readonly files?: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

interface Named<T> {
  readonly name: string
  readonly value: T
  readonly directory: string
}
type Fields = Readonly<Record<string, unknown>>
interface Merged {
  readonly clusters: Named<Fields>[]
  readonly users: Named<Fields>[]
  readonly contexts: Named<Fields>[]
  current: string | undefined
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'
const pluginMs = 30_000

/**
 * Reads the kubeconfig as kubectl does: the files of KUBECONFIG are merged, the first to name a thing wins, relative
 * paths start at their file. Inside a pod without any the service account is taken. Throws SeaworthyError
 * SW_KUBECONFIG for a file that is not understood, a context that is not there, or a way to log in we do not know.
 */
export async function readAccess(wanted: AccessWanted): Promise<ClusterAccess> {
  const files = (wanted.files ?? configuredFiles(wanted.environment)).filter((file) => existsSync(file))
  if (files.length === 0) return insideAccess(wanted)
  const merged = mergeFiles(files)
  const name = wanted.context ?? merged.current
  const where = files.join(', ')
  const known = merged.contexts.map((one) => one.name).join(', ') || 'none'
  const context = merged.contexts.find((one) => one.name === name)
  if (context === undefined) throw wrong(where, `found no context "${name ?? '(no current one)'}", expected one of: ${known}`)
  const cluster = merged.clusters.find((one) => one.name === context.value['cluster'])
  if (cluster === undefined) throw wrong(where, `the context "${context.name}" names the cluster "${String(context.value['cluster'])}", which is not there`)
  const user = merged.users.find((one) => one.name === context.value['user'])
  return accessOf({ cluster, user, origin: `context ${context.name} of ${where}`, environment: wanted.environment })
}

export function configuredFiles(environment: AccessWanted['environment']): string[] {
  const named = environment['KUBECONFIG']
  if (named !== undefined && named !== '') return named.split(delimiter).filter((file) => file !== '').map((file) => resolve(file))
  return [join(environment['HOME'] ?? homedir(), '.kube', 'config')]
}

const wrong = (where: string, found: string): SeaworthyError =>
  new SeaworthyError('SW_KUBECONFIG', `while reading the kubeconfig ${where}: ${found}`, { hint: 'kubectl config get-contexts shows what is there; KUBECONFIG names other files.' })

function mergeFiles(files: readonly string[]): Merged {
  const merged: Merged = { clusters: [], users: [], contexts: [], current: undefined }
  for (const file of files) {
    const document = readFields(file)
    merged.current ??= textOf(document, 'current-context')
    for (const [list, field] of [['clusters', 'cluster'], ['users', 'user'], ['contexts', 'context']] as const) {
      for (const entry of listOf(document[list])) {
        const name = textOf(entry, 'name')
        const value = entry[field]
        if (name === undefined || !isFields(value)) throw wrong(file, `an entry of ${list} has no name or no ${field}`)
        if (!merged[list].some((one) => one.name === name)) merged[list].push({ name, value, directory: dirname(file) })
      }
    }
  }
  return merged
}

function readFields(file: string): Fields {
  try {
    const document: unknown = parse(readFileSync(file, 'utf8'))
    if (isFields(document)) return document
  } catch (thrown) {
    throw wrong(file, messageOf(thrown))
  }
  throw wrong(file, 'expected a document with clusters, users and contexts')
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])
function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** `NAME-data` is base64, `NAME` the path of a file. */
function dataOf({ value, directory }: Named<Fields>, name: string): string | undefined {
  const data = textOf(value, `${name}-data`)
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8')
  const file = textOf(value, name)
  return file === undefined ? undefined : readFileSync(resolve(directory, file), 'utf8')
}

interface Chosen {
  readonly cluster: Named<Fields>
  readonly user: Named<Fields> | undefined
  readonly origin: string
  readonly environment: AccessWanted['environment']
}

async function accessOf({ cluster, user, origin, environment }: Chosen): Promise<ClusterAccess> {
  const server = textOf(cluster.value, 'server')
  if (server === undefined || !URL.canParse(server)) throw wrong(origin, `the cluster "${cluster.name}" has no server address`)
  try {
    const ca = dataOf(cluster, 'certificate-authority')
    const serverName = textOf(cluster.value, 'tls-server-name')
    const login = user === undefined ? { token: () => undefined } : await loginOf(user, environment, origin)
    return {
      server: new URL(server),
      origin,
      verify: cluster.value['insecure-skip-tls-verify'] !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { serverName }),
      ...login,
    }
  } catch (thrown) {
    if (thrown instanceof SeaworthyError) throw thrown
    throw wrong(origin, messageOf(thrown))
  }
}

type Login = Pick<ClusterAccess, 'token' | 'certificate' | 'key'>

async function loginOf(user: Named<Fields>, environment: AccessWanted['environment'], origin: string): Promise<Login> {
  const { value, directory } = user
  if (value['auth-provider'] !== undefined || value['username'] !== undefined) {
    throw wrong(origin, `the user "${user.name}" logs in by ${value['username'] === undefined ? 'auth-provider' : 'password'}, which clusters no longer take; expected a certificate, a token, a tokenFile or exec`)
  }
  if (isFields(value['exec'])) return pluginLogin(value['exec'], environment, origin)
  const certificate = dataOf(user, 'client-certificate')
  const key = dataOf(user, 'client-key')
  const tokenFile = textOf(value, 'tokenFile')
  const token = textOf(value, 'token')
  return {
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    token: tokenFile === undefined ? () => token : () => readFileSync(resolve(directory, tokenFile), 'utf8').trim(),
  }
}

/** A credential plugin (client.authentication.k8s.io), run once for a connection. */
async function pluginLogin(plugin: Fields, environment: AccessWanted['environment'], origin: string): Promise<Login> {
  const command = textOf(plugin, 'command')
  if (command === undefined) throw wrong(origin, 'exec of the user names no command')
  const parameters = Array.isArray(plugin['args']) ? plugin['args'].map(String) : []
  const own = Object.fromEntries(listOf(plugin['env']).map((one) => [textOf(one, 'name') ?? '', textOf(one, 'value') ?? '']))
  const info = JSON.stringify({ apiVersion: plugin['apiVersion'], kind: 'ExecCredential', spec: { interactive: false } })
  const { stdout } = await promisify(execFile)(command, parameters, { timeout: pluginMs, env: { ...environment, ...own, KUBERNETES_EXEC_INFO: info } })
  const answer: unknown = JSON.parse(stdout)
  const status = isFields(answer) && isFields(answer['status']) ? answer['status'] : {}
  const token = textOf(status, 'token')
  const certificate = textOf(status, 'clientCertificateData')
  const key = textOf(status, 'clientKeyData')
  if (token === undefined && certificate === undefined) throw wrong(origin, `${command} gave neither a token nor a certificate`)
  return { token: () => token, ...(certificate === undefined ? {} : { certificate }), ...(key === undefined ? {} : { key }) }
}

function insideAccess({ environment, context }: AccessWanted): ClusterAccess {
  const host = environment['KUBERNETES_SERVICE_HOST']
  const tokenFile = join(accountFolder, 'token')
  if (host === undefined || context !== undefined || !existsSync(tokenFile)) {
    throw new SeaworthyError('SW_KUBECONFIG', `while looking for a kubeconfig: found none of ${configuredFiles(environment).join(', ')}, and this is not a pod with a service account`, {
      hint: 'KUBECONFIG names the file.',
    })
  }
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${environment['KUBERNETES_SERVICE_PORT'] ?? '443'}`)
  return { server, origin: 'the service account of this pod', verify: true, ca: readFileSync(join(accountFolder, 'ca.crt'), 'utf8'), token: () => readFileSync(tokenFile, 'utf8').trim() }
}
