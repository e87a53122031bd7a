// A service as small as they come: Node's own server. What it does on SIGTERM is the only difference.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

let stopping = false
const server = createServer(async (request, response) => {
  if (request.url === '/report') await sleep(2_000)
  // close() ends only connections that are idle: a client that is never idle has to be told, or the server never ends.
  if (stopping && !process.argv.includes('--only-close')) response.setHeader('connection', 'close')
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('here\n')
})
server.listen(Number(process.env.PORT), '127.0.0.1')
if (process.argv.includes('--handle-sigterm') || process.argv.includes('--only-close')) {
  process.on('SIGTERM', () => {
    stopping = true
    server.close()
  })
}
