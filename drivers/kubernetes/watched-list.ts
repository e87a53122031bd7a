import { setTimeout as pause } from 'node:timers/promises'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import type { ClusterObject, ObjectList } from './objects.js'

export interface WatchedOptions<T> {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** For messages: 'pods of web'. */
  readonly what: string
  /** Called for every change, after it can be read. */
  readonly onChange: (change: { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }) => void
  /**
   * Called once when the list could not be kept up: the server did not answer a second time in a row, or refused. What is
   * read from here on may be old, and nobody may take it for the present.
   */
  readonly onLost: (reason: string) => void
}

interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: ClusterObject & { readonly code?: number; readonly reason?: string; readonly message?: string }
}

/** The server ends a watch after this long; it is then begun again where it was. */
const watchSeconds = 240
/** A watch that was broken off is begun again after this. */
const againMs = 100
const gone = 410

/**
 * The objects of one list as they are now: listed once, then watched. A watch that ends is taken up from the last
 * resource version; one whose version is too old (410) begins with a list again, and what happened in between is told as
 * changes.
 */
export class WatchedList<T extends ClusterObject> {
  readonly #api: ApiClient
  readonly #options: WatchedOptions<T>
  readonly #end = new AbortController()
  readonly #items = new Map<string, T>()
  #version = ''
  #running: Promise<void> = Promise.resolve()
  #lost = false

  private constructor(api: ApiClient, options: WatchedOptions<T>) {
    this.#api = api
    this.#options = options
  }

  /** Resolves when the list is there. Throws ClusterRefusal, SW_CLUSTER_UNREACHABLE. */
  static async open<T extends ClusterObject>(api: ApiClient, options: WatchedOptions<T>): Promise<WatchedList<T>> {
    const list = new WatchedList(api, options)
    await list.#list()
    list.#running = list.#follow()
    return list
  }

  get items(): readonly T[] {
    return [...this.#items.values()]
  }

  async close(): Promise<void> {
    this.#end.abort()
    await this.#running
  }

  async #list(): Promise<void> {
    const { path, query = {}, what } = this.#options
    const found = new Map<string, T>()
    let next: string | undefined
    do {
      const answer: ObjectList<T> = await this.#api.request({ path, query: { ...query, limit: '500', ...(next === undefined ? {} : { continue: next }) }, doing: `listing ${what}`, signal: this.#end.signal })
      for (const item of answer.items) found.set(item.metadata.uid, item)
      this.#version = answer.metadata.resourceVersion
      next = answer.metadata.continue === '' ? undefined : answer.metadata.continue
    } while (next !== undefined)
    const before = new Map(this.#items)
    for (const [uid, object] of before) if (!found.has(uid)) this.#change('DELETED', object)
    for (const [uid, object] of found) {
      const known = before.get(uid)
      if (known === undefined) this.#change('ADDED', object)
      else if (known.metadata.resourceVersion !== object.metadata.resourceVersion) this.#change('MODIFIED', object)
    }
  }

  #change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    if (type === 'DELETED') this.#items.delete(object.metadata.uid)
    else this.#items.set(object.metadata.uid, object)
    this.#options.onChange({ type, object })
  }

  /** Watches until it is closed. One failure in a row is taken up in silence: servers and proxies end connections. */
  async #follow(): Promise<void> {
    let failures = 0
    while (!this.#end.signal.aborted) {
      try {
        await this.#watch(() => (failures = 0))
      } catch (thrown) {
        if (this.#end.signal.aborted) return
        failures += 1
        const expired = thrown instanceof ClusterRefusal && thrown.status === gone
        if ((failures > 1 || thrown instanceof ClusterRefusal) && !expired) this.#lose(messageOf(thrown))
        await pause(againMs * Math.min(failures, 20))
        if (expired || failures > 1) await this.#list().catch((again: unknown) => this.#end.signal.aborted || this.#lose(messageOf(again)))
      }
    }
  }

  #lose(reason: string): void {
    if (this.#lost) return
    this.#lost = true
    this.#options.onLost(reason)
  }

  async #watch(onAlive: () => void): Promise<void> {
    const { path, query = {}, what } = this.#options
    const asked = { ...query, watch: '1', allowWatchBookmarks: 'true', resourceVersion: this.#version, timeoutSeconds: String(watchSeconds) }
    for await (const line of this.#api.lines({ path, query: asked, doing: `watching ${what}`, signal: this.#end.signal })) {
      const { type, object } = line as WatchLine
      if (type === 'ERROR') throw new ClusterRefusal(`watching ${what}`, { status: object.code ?? 0, reason: object.reason ?? 'Unknown', message: object.message ?? '', causes: [] })
      onAlive()
      this.#version = object.metadata.resourceVersion
      // The type of what is listed under this path is what its watch sends.
      if (type !== 'BOOKMARK') this.#change(type, object as ClusterObject as T)
    }
    // An end without an error is the server's time limit, or a server that went down in order.
    if (!this.#end.signal.aborted) await this.#stillThere(onAlive)
  }

  async #stillThere(onAlive: () => void): Promise<void> {
    await this.#api.request({ path: '/version', doing: `asking whether the API server is still there`, signal: this.#end.signal, timeoutMs: 3_000 }).then(onAlive, (thrown: unknown) => {
      if (thrown instanceof SeaworthyError) throw thrown
      throw new Error(messageOf(thrown))
    })
  }
}
