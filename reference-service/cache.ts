import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readProgram, serveConnections } from './component-program.js'
import { readMessages, sendMessage } from './json-lines.js'
import { SlidingWindows } from './sliding-window.js'

/**
 * A cache, a component that the service can do without: `node cache.js` with HOST, PORT and DATA_DIRECTORY. Keeps values in memory for
 * as long as they were put for. It introduces itself to each client; its identity belongs to its data folder.
 */
const program = readProgram('cache')
const entriesMax = 10_000

function ownIdentity(): string {
  const path = join(program.dataDirectory, 'identity')
  if (!existsSync(path)) writeFileSync(path, randomUUID())
  return readFileSync(path, 'utf8')
}
const identity = ownIdentity()

const entries = new Map<string, { readonly value: unknown; readonly untilMs: number }>()

function read(key: string): unknown {
  const entry = entries.get(key)
  if (entry === undefined) return null
  if (performance.now() <= entry.untilMs) return entry.value
  entries.delete(key)
  return null
}

function put(key: string, value: unknown, forMs: number): void {
  entries.delete(key)
  entries.set(key, { value, untilMs: performance.now() + forMs })
  const [oldest] = entries.keys()
  if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest)
}

/** Requests of callers that are limited, counted for all replicas together. */
const windows = new SlidingWindows()
const forgetAfterMs = 3_600_000
setInterval(() => windows.forget(forgetAfterMs, performance.now()), forgetAfterMs).unref()

serveConnections(program, (socket) => {
  sendMessage(socket, { cache: identity, address: { host: program.host, port: program.port } })
  readMessages(socket, ({ id, get, put: key, value, forMs, take, limit }) => {
    if (typeof get === 'string') sendMessage(socket, { id, value: read(get) })
    else if (typeof take === 'string') sendMessage(socket, { id, taken: windows.take(take, limit as { requests: number; perMs: number }, performance.now()) })
    else if (typeof key === 'string') put(key, value, Number(forMs))
  })
})
