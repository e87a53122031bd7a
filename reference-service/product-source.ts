import { createServer } from 'node:http'
import { exitCodeConfiguration, refuseUnknownDefect } from './defects.js'

/**
 * Something a shop can do without: `node product-source.js recommendations|reviews` with HOST and PORT answers what it
 * knows of an item, `GET /KEY`. It keeps nothing.
 */
refuseUnknownDefect()

const answers: Readonly<Record<string, (key: string) => object>> = {
  recommendations: () => ({ items: ['anchor', 'compass', 'rope'] }),
  reviews: (key) => ({ stars: 4, count: 10 + (key.length % 10) }),
}
const answer = answers[process.argv[2] ?? '']
const { HOST, PORT } = process.env
if (answer === undefined || !HOST || !PORT) {
  process.stderr.write(`product-source: found the name "${process.argv[2] ?? ''}", HOST=${HOST ?? ''} and PORT=${PORT ?? ''}, expected ${Object.keys(answers).join(' or ')} and both\n`)
  process.exit(exitCodeConfiguration)
}

const server = createServer((request, response) => {
  const body = JSON.stringify(answer(decodeURIComponent((request.url ?? '/').slice(1))))
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
})
// Longer than the pauses of its clients: it does not close a connection under a request.
server.keepAliveTimeout = 60_000
server.listen(Number(PORT), HOST)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))
