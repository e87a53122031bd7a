import { createServer, type IncomingMessage } from 'node:http'
import { exitCodeConfiguration, refuseUnknownDefect } from './defects.js'
import type { CollectedException } from './collected-exceptions.js'

/**
 * Collects exceptions: `node collector.js` with HOST and PORT takes envelopes in the protocol of Sentry, `POST /api/{project}/envelope/`,
 * and lists what it has, `GET /events`. It keeps the last ones in memory.
 */
refuseUnknownDefect()

const keptMax = 10_000
const bodyBytesMax = 1_048_576
const { HOST, PORT } = process.env
if (!HOST || !PORT) {
  process.stderr.write(`collector: found HOST=${HOST ?? ''} and PORT=${PORT ?? ''}, expected both\n`)
  process.exit(exitCodeConfiguration)
}
const events: CollectedException[] = []

const server = createServer((request, response) => {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const { pathname } = new URL(request.url ?? '/', 'http://collector')
  if (request.method === 'GET' && pathname === '/') return answer(200, { events: events.length })
  if (request.method === 'GET' && pathname === '/events') return answer(200, { events })
  if (request.method !== 'POST' || !/^\/api\/\w+\/envelope\/$/.test(pathname)) return answer(404, { error: `no route ${request.method} ${pathname}` })
  void take(request).then(
    (id) => answer(200, { id }),
    (error: Error) => answer(400, { error: error.message }),
  )
})

/** Returns the id of what was taken. */
async function take(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error('the envelope is too long')
    chunks.push(chunk)
  }
  // Loaded when there is something to read: most collectors of a day never get anything.
  const { exceptionsIn } = await import('./collected-exceptions.js')
  const found = exceptionsIn(Buffer.concat(chunks))
  events.push(...found)
  if (events.length > keptMax) events.splice(0, events.length - keptMax)
  return found[0]?.id
}

server.listen(Number(PORT), HOST)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))
