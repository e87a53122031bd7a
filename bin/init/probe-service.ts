import { randomUUID } from 'node:crypto'

/** What a running service showed to GET and OPTIONS requests. */
export interface Probed {
  readonly readiness: string | undefined
  readonly liveness: string | undefined
  readonly detail: string | undefined
  readonly reads: readonly string[]
  readonly instanceHeader: string | undefined
  readonly methods: string | undefined
  readonly answersEverything: boolean
}

const readinessPaths = ['/ready', '/readyz', '/health/ready', '/-/ready', '/healthz/ready', '/actuator/health/readiness', '/q/health/ready', '/healthz', '/health', '/api/health', '/-/healthy', '/status', '/ping', '/-/ping']
const livenessPaths = ['/live', '/livez', '/health/live', '/-/healthy', '/healthz/live', '/actuator/health/liveness', '/q/health/live', '/healthz', '/health']
const detailPaths = ['/health', '/actuator/health', '/api/health', '/status']
const openApiPaths = ['/openapi.json', '/v3/api-docs', '/swagger.json', '/api/openapi.json']
const instanceHeaders = ['x-instance', 'x-instance-id', 'x-served-by', 'x-hostname', 'x-pod', 'x-pod-name', 'x-backend']
const readsMax = 3
const timeoutMs = 3_000

interface Answer {
  readonly ok: boolean
  readonly headers: Headers
  readonly body: string
}

async function get(base: URL, path: string, method = 'GET'): Promise<Answer | undefined> {
  try {
    const response = await fetch(new URL(path, base), { method, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    return { ok: response.ok, headers: response.headers, body: (await response.text()).slice(0, 1_000_000) }
  } catch {
    return undefined
  }
}

/** Asks for paths that services usually have. Sends GET and OPTIONS only. `fromOpenApi` finds reads in a document. */
export async function probeService(base: URL, { wanted, fromOpenApi }: { readonly wanted: readonly string[]; readonly fromOpenApi: (text: string) => readonly string[] }): Promise<Probed> {
  const answers = async (path: string): Promise<boolean> => (await get(base, path))?.ok ?? false
  const first = async (paths: readonly string[]): Promise<string | undefined> => {
    for (const path of paths) if (await answers(path)) return path
    return undefined
  }
  const answersEverything = await answers(`/${randomUUID()}`)
  const root = await get(base, '/')
  const readiness = answersEverything ? '/' : ((await first(readinessPaths)) ?? (root?.ok === true ? '/' : await first(wanted)))
  const liveness = answersEverything ? undefined : await first(livenessPaths)
  const detail = answersEverything ? undefined : await firstDetail(base)
  const documented = answersEverything ? [] : await openApiReads(base, fromOpenApi)
  const reads: string[] = []
  for (const path of [...wanted, '/', ...documented]) if (reads.length < readsMax && !reads.includes(path) && (await answers(path))) reads.push(path)
  if (reads.length === 0 && readiness !== undefined) reads.push(readiness)
  const methods = (await get(base, reads[0] ?? '/', 'OPTIONS'))?.headers.get('allow') ?? undefined
  return { readiness, liveness, detail, reads, instanceHeader: instanceHeaders.find((name) => root?.headers.has(name)), methods, answersEverything }
}

/** A health answer in JSON that says how it is in `status`. */
async function firstDetail(base: URL): Promise<string | undefined> {
  for (const path of detailPaths) {
    const answer = await get(base, path)
    try {
      if (answer?.ok === true && typeof (JSON.parse(answer.body) as { status?: unknown } | null)?.status === 'string') return path
    } catch {
      // Not JSON: no detail.
    }
  }
  return undefined
}

async function openApiReads(base: URL, fromOpenApi: (text: string) => readonly string[]): Promise<readonly string[]> {
  for (const path of openApiPaths) {
    const answer = await get(base, path)
    if (answer?.ok === true) return fromOpenApi(answer.body)
  }
  return []
}
