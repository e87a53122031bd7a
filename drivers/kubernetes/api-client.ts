import { createInterface } from 'node:readline'
import { Pool, type Dispatcher } from 'undici'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { ClusterAccess } from './kubeconfig.js'

/** An answer of the API server that is no success. */
export class ClusterRefusal extends SeaworthyError {
  readonly status: number
  /** As the server gives it: Forbidden, NotFound, Conflict, AlreadyExists, Invalid, TooManyRequests, Expired. */
  readonly reason: string
  /** Reasons of its causes, such as DisruptionBudget. */
  readonly causes: readonly string[]
  constructor(doing: string, answer: { readonly status: number; readonly reason: string; readonly message: string; readonly causes: readonly string[] }) {
    super('SW_CLUSTER_REFUSED', `while ${doing}: the API server answered ${answer.status} ${answer.reason}: ${answer.message}`, { exitCode: exitCodes.notConclusive })
    this.status = answer.status
    this.reason = answer.reason
    this.causes = answer.causes
  }
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Of a PATCH: merge unless told otherwise. */
  readonly contentType?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** For messages: 'reading deployment/web'. */
  readonly doing: string
}

const timeoutMsDefault = 10_000

/** One cluster's API over HTTP, with its objects as they are. Close it when done. */
export class ApiClient {
  readonly access: ClusterAccess
  readonly #pool: Pool

  constructor(access: ClusterAccess) {
    this.access = access
    const { ca, certificate, key, serverName, verify } = access
    this.#pool = new Pool(access.server.origin, {
      connections: 16,
      connect: {
        rejectUnauthorized: verify,
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { cert: certificate }),
        ...(key === undefined ? {} : { key }),
        ...(serverName === undefined ? {} : { servername: serverName }),
        timeout: timeoutMsDefault,
      },
    })
  }

  /**
   * Resolves to the object that was answered. Throws ClusterRefusal for any answer but 2xx, SW_CLUSTER_UNREACHABLE for none. A
   * request whose connection the server had just closed is sent once more: so each has to be one that may arrive twice.
   */
  async request<T>(request: ApiRequest): Promise<T> {
    const timeoutMs = request.timeoutMs ?? timeoutMsDefault
    const { statusCode, body } = await this.#send(request, timeoutMs).catch((thrown: unknown) => {
      if (request.signal?.aborted === true || !wasClosed(thrown)) throw thrown
      return this.#send(request, timeoutMs)
    })
    const text = await body.text().catch((thrown: unknown) => {
      throw this.#unreachable(request, thrown)
    })
    if (statusCode < 200 || statusCode > 299) throw refusalOf(request.doing, statusCode, text)
    try {
      return JSON.parse(text) as T
    } catch (thrown) {
      throw this.#unreachable(request, thrown)
    }
  }

  /** Plain text, such as a log. */
  async text(request: ApiRequest): Promise<string> {
    const { statusCode, body } = await this.#send(request, request.timeoutMs ?? timeoutMsDefault)
    const text = await body.text().catch((thrown: unknown) => {
      throw this.#unreachable(request, thrown)
    })
    if (statusCode !== 200) throw refusalOf(request.doing, statusCode, text)
    return text
  }

  /** Pieces of plain text that grows, as they come. Throws as `request` does. */
  async *pieces(request: ApiRequest): AsyncGenerator<Buffer> {
    const { statusCode, body } = await this.#send(request, 0)
    if (statusCode !== 200) throw refusalOf(request.doing, statusCode, await body.text())
    try {
      for await (const piece of body) yield piece as Buffer
    } catch (thrown) {
      throw this.#unreachable(request, thrown)
    }
  }

  /** How far the server's clock is ahead of this machine's, in ms, as bounds: a Date header has whole seconds. */
  async clockOffset(): Promise<{ readonly minMs: number; readonly maxMs: number }> {
    const sentAt = Date.now()
    const { headers, body } = await this.#send({ path: '/version', doing: 'reading the clock of the API server' }, timeoutMsDefault)
    const receivedAt = Date.now()
    await body.dump()
    const told = Date.parse(String(headers['date']))
    return { minMs: told - receivedAt, maxMs: told + 999 - sentAt }
  }

  /** The lines of an answer that does not end by itself, as they come. Throws as `request` does, and when the answer breaks off. */
  async *lines(request: ApiRequest): AsyncGenerator<unknown> {
    const { statusCode, body } = await this.#send(request, 0)
    if (statusCode !== 200) throw refusalOf(request.doing, statusCode, await body.text())
    try {
      // A body that fails is told by the reader's source, not by the reader.
      const failed = new Promise<never>((_, reject) => body.once('error', reject))
      failed.catch(() => undefined)
      const reader = createInterface({ input: body, crlfDelay: Infinity })[Symbol.asyncIterator]()
      for (;;) {
        const { value, done } = await Promise.race([reader.next(), failed])
        if (done === true) return
        if (value !== '') yield JSON.parse(value)
      }
    } catch (thrown) {
      throw this.#unreachable(request, thrown)
    } finally {
      body.destroy()
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #send({ method = 'GET', path, query = {}, body, contentType, signal, ...request }: Omit<ApiRequest, 'timeoutMs'>, timeoutMs: number): Promise<Dispatcher.ResponseData> {
    const search = new URLSearchParams(query).toString()
    const prefix = this.access.server.pathname.replace(/\/$/, '')
    const token = this.access.token()
    const signals = [...(signal === undefined ? [] : [signal]), ...(timeoutMs === 0 ? [] : [AbortSignal.timeout(timeoutMs)])]
    try {
      return await this.#pool.request({
        method,
        path: `${prefix}${path}${search === '' ? '' : `?${search}`}`,
        headers: {
          accept: 'application/json',
          'user-agent': 'seaworthy',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json') }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
        headersTimeout: timeoutMsDefault,
        bodyTimeout: timeoutMs,
      })
    } catch (thrown) {
      throw this.#unreachable(request, thrown)
    }
  }

  #unreachable({ doing }: Pick<ApiRequest, 'doing'>, thrown: unknown): SeaworthyError {
    return new SeaworthyError('SW_CLUSTER_UNREACHABLE', `while ${doing}: the API server at ${this.access.server.href} (${this.access.origin}) did not answer: ${messageOf(thrown)}`, {
      cause: thrown,
      exitCode: exitCodes.notConclusive,
    })
  }
}

/** An idle connection was closed by the other side as it was taken. */
function wasClosed(thrown: unknown): boolean {
  const cause: unknown = thrown instanceof Error ? thrown.cause : undefined
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

interface StatusObject {
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}
function refusalOf(doing: string, status: number, text: string): ClusterRefusal {
  let answer: StatusObject = {}
  try {
    answer = JSON.parse(text) as StatusObject
  } catch {
    // A proxy in front of the API server answers in words of its own.
  }
  const causes = answer.details?.causes ?? []
  const told = [answer.message ?? text.slice(0, 200), ...causes.flatMap(({ message }) => message ?? [])].join('; ')
  return new ClusterRefusal(doing, { status, reason: answer.reason ?? 'Unknown', message: told, causes: causes.flatMap(({ reason }) => reason ?? []) })
}
