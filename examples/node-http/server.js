// A service as small as they come: Node's own server. Whether it has a handler for SIGTERM is the only difference.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const server = createServer(async (request, response) => {
  if (request.url === '/report') await sleep(2_000)
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('here\n')
})
server.listen(Number(process.env.PORT), '127.0.0.1')
if (process.argv.includes('--handle-sigterm')) process.on('SIGTERM', () => server.close())
