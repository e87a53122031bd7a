import { randomUUID } from 'node:crypto'

/** What a running service showed to GET and OPTIONS requests. */
export interface Probed {
  readonly readiness: string | undefined
  readonly liveness: string | undefined
  readonly detail: string | undefined
  readonly reads: readonly string[]
  /** A page that takes so long that it can be caught in flight, and how long at least. */
  readonly slow: { readonly path: string; readonly tookMs: number } | undefined
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
const timeoutMs = 8_000
const bodyLengthMax = 1_000_000
const slowMsMin = 1_000

interface Answer {
  readonly ok: boolean
  readonly headers: Headers
  readonly body: string
  readonly tookMs: number
}

async function get(base: URL, path: string, method = 'GET'): Promise<Answer | undefined> {
  const startedAt = performance.now()
  try {
    const response = await fetch(new URL(path, base), { method, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    const body = (await response.text()).slice(0, bodyLengthMax)
    return { ok: response.ok, headers: response.headers, body, tookMs: performance.now() - startedAt }
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
  const { reads, slow } = await readable(base, [...wanted, '/', ...documented])
  if (reads.length === 0 && readiness !== undefined) reads.push(readiness)
  const methods = (await get(base, reads[0] ?? '/', 'OPTIONS'))?.headers.get('allow') ?? undefined
  return { readiness, liveness, detail, reads, slow, instanceHeader: instanceHeaders.find((name) => root?.headers.has(name)), methods, answersEverything }
}

/** Pages that answer, quick ones for ordinary traffic; the first slow one apart. */
async function readable(base: URL, paths: readonly string[]): Promise<{ readonly reads: string[]; readonly slow: Probed['slow'] }> {
  const reads: string[] = []
  let slow: Probed['slow']
  for (const path of new Set(paths)) {
    if (reads.length >= readsMax) break
    const first = await get(base, path)
    if (first?.ok !== true) continue
    // The first request of a start may be slow for other reasons.
    const tookMs = first.tookMs < slowMsMin ? first.tookMs : Math.min(first.tookMs, (await get(base, path))?.tookMs ?? 0)
    if (tookMs < slowMsMin) reads.push(path)
    else slow ??= { path, tookMs }
  }
  return { reads, slow }
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
