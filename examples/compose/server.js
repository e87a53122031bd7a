// One program for both services of the project. ROLE=store keeps items in a file; otherwise it is a replica of the service,
// which asks the store. A replica that is told to end says that it is not ready, waits until the balancer has noticed, and
// finishes what it has begun.
const { createServer, request } = require('node:http')
const { randomUUID } = require('node:crypto')
const { appendFileSync, closeSync, existsSync, openSync, readFileSync, writeSync } = require('node:fs')
const { hostname } = require('node:os')

const { ROLE = 'app', PORT = '8080', STORE = 'http://store:8081', DRAIN_MS = '4500', IGNORE_SIGTERM } = process.env
const boot = randomUUID()
let draining = false

const bodyOf = async (incoming) => {
  const chunks = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
const answer = (response, status, value) => {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-instance': hostname(), 'x-boot': boot }
  if (draining) headers.connection = 'close'
  response.writeHead(status, headers).end(JSON.stringify(value))
}

function store() {
  const file = '/data/items.ndjson'
  const items = new Map()
  if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      try {
        const { key, value } = JSON.parse(line)
        items.set(key, value)
      } catch {
        // The line that a crash cut off was never acknowledged.
      }
    }
    appendFileSync(file, '\n')
  }
  const log = openSync(file, 'a')
  const server = createServer(async (incoming, response) => {
    const key = decodeURIComponent(incoming.url.slice('/items/'.length))
    if (incoming.method === 'PUT') {
      const value = JSON.parse(await bodyOf(incoming))
      // What the kernel has taken outlives this process, and its container; against a power cut it would take an fsync.
      writeSync(log, `${JSON.stringify({ key, value })}\n`)
      items.set(key, value)
      return answer(response, 200, value)
    }
    return items.has(key) ? answer(response, 200, items.get(key)) : answer(response, 404, { error: 'no such item' })
  })
  server.listen(8081)
  process.on('SIGTERM', () => {
    server.close(() => (closeSync(log), process.exit(0)))
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 500)
  })
}

const askStore = (method, path, body) =>
  new Promise((resolve) => {
    const sent = request(new URL(path, STORE), { method, timeout: 1_500 }, async (response) => resolve({ status: response.statusCode, text: await bodyOf(response) }))
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', () => resolve({ status: 503, text: '{"error":"the store does not answer"}' }))
    sent.end(body)
  })

/** What is not finished when a drain has to end is told so. */
const drainEndsAfterMs = 9_000
const unfinished = new Set()
function drain() {
  if (draining) return
  draining = true
  setTimeout(() => {
    for (const response of unfinished) if (!response.headersSent) answer(response, 503, { error: 'the replica is going away' })
  }, drainEndsAfterMs).unref()
}

function app() {
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url, 'http://localhost')
    if (url.pathname === '/live') return answer(response, 200, { live: true })
    if (url.pathname === '/ready') return answer(response, draining ? 503 : 200, { ready: !draining })
    if (url.pathname === '/admin/drain') return drain(), answer(response, 202, { draining })
    if (url.pathname.startsWith('/reports/')) {
      unfinished.add(response)
      await new Promise((resolve) => setTimeout(resolve, Math.min(60_000, Number(url.searchParams.get('ms') ?? 100))))
      unfinished.delete(response)
      return response.headersSent ? undefined : answer(response, 200, { key: url.pathname.slice('/reports/'.length) })
    }
    const { status, text } = await askStore(incoming.method, url.pathname, incoming.method === 'PUT' ? await bodyOf(incoming) : undefined)
    return answer(response, status, JSON.parse(text))
  })
  server.keepAliveTimeout = 30_000
  server.listen(Number(PORT))
  process.on('SIGTERM', () => {
    if (IGNORE_SIGTERM) return
    drain()
    setTimeout(() => {
      server.close(() => process.exit(0))
      setInterval(() => server.closeIdleConnections(), 50)
    }, Number(DRAIN_MS))
  })
}

if (ROLE === 'store') store()
else app()
