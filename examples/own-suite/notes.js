// A service to write a suite for: notes in memory, as `node notes.js PORT HOST CACHE_CONTROL`.
import { createServer } from 'node:http'

const [port, host, cacheControl] = process.argv.slice(2)
const notes = new Map()
const server = createServer(async (request, response) => {
  response.setHeader('cache-control', cacheControl)
  if (request.url === '/ready') return response.end('ok')
  let body = ''
  for await (const chunk of request) body += chunk
  if (request.method === 'PUT') notes.set(request.url, body)
  response.setHeader('content-type', 'application/json').end(notes.get(request.url) ?? '{}')
})
server.listen(Number(port), host)
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  // A client that keeps its connection busy would keep the server from ending: each is closed as soon as it is idle.
  setInterval(() => server.closeIdleConnections(), 20)
})
