// Services that mean harm. Each is the body of a request handler and what is done at its start; `calm` paths stay as they should, so that the run gets as far as
// it can. Everything is bounded: a service ends with its process, and no fork goes on for ever.
const reply = `const answer = (response, text = '{}') => response.end(text)`

/** What a file holds that a run has nothing to do with: it must be neither read, nor written, nor removed. */
export const fileOfAnother = 'nobody of this run has anything to do with this'

export const targets = {
  'endless headers': { handler: `response.socket.write('HTTP/1.1 200 OK\\r\\n'); const more = () => { while (response.socket.writable && response.socket.write('x-' + 'h'.repeat(4000) + ': 1\\r\\n')); response.socket.once('drain', more) }; response.socket.on('error', () => {}); more()` },
  'endless bodies': { handler: `const more = () => { while (response.writable && !response.destroyed && response.write('b'.repeat(65536))); response.once('drain', more) }; response.on('error', () => {}); more()` },
  'answers byte by byte without end': { handler: `response.writeHead(200); const slow = setInterval(() => response.destroyed ? clearInterval(slow) : response.write('.'), 300)` },
  'heads that never end': { handler: `response.socket.write('HTTP/1.1 200 OK\\r\\nx-slow: '); const slow = setInterval(() => request.socket.destroyed ? clearInterval(slow) : request.socket.write('.'), 300); request.socket.on('error', () => {})` },
  'compressed bombs': { start: `import { gzipSync } from 'node:zlib'; const bomb = gzipSync(Buffer.alloc(300_000_000))`, handler: `response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' }); response.end(bomb)` },
  'invalid UTF-8 and markup': { handler: `response.writeHead(200, { 'content-type': 'application/json' }); response.end(Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0x1b, 0x5b]), Buffer.from('</script><script>alert(1)</script>]]>&\\u202e##[error]')]))` },
  'log lines of 100 MB': { start: `import { writeSync } from 'node:fs'; if (process.env.INDEX === '0') for (let n = 0; n < 100; n++) writeSync(1, Buffer.alloc(1_048_576, 'l'))`, handler: `answer(response)` },
  'forks that outlive it': {
    start: `import { spawn } from 'node:child_process'
let forks = 0
// For as long as it lives; so many of them stay that they are in the way, and not so many that the machine ends.
setInterval(() => { forks++
  const [program, ...parameters] = forks > 60 ? ['sleep', '0'] : [process.execPath, '-e', forks % 6 === 0 ? 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 600000)' : '']
  spawn(program, parameters, { detached: forks % 2 === 0, stdio: 'ignore' }).on('error', () => {}).unref() }, 60)`,
    handler: `answer(response)`,
  },
  'writes into the run directory': {
    start: `import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
const meddle = setInterval(() => { try {
  for (const suite of readdirSync(process.env.RUN_DIRECTORY_TO_SPOIL + '/scenarios')) writeFileSync(process.env.RUN_DIRECTORY_TO_SPOIL + '/scenarios/' + suite + '/spoilt', 'x'.repeat(100_000))
  writeFileSync(process.env.RUN_DIRECTORY_TO_SPOIL + '/run.json', '{"schema":"forged"}')
  mkdirSync(process.env.RUN_DIRECTORY_TO_SPOIL + '/junit.xml', { recursive: true })
} catch {} }, 200)`,
    handler: `answer(response)`, spoils: 'junit',
  },
  'a log replaced by a link': {
    start: `import { readlinkSync, rmSync, symlinkSync } from 'node:fs'
try { const log = readlinkSync('/proc/self/fd/1'); rmSync(log); symlinkSync(process.env.FILE_OF_ANOTHER, log) } catch {}`,
    handler: `answer(response)`, mustNotHold: fileOfAnother,
  },
  'redirects to elsewhere': { handler: `response.writeHead(307, { location: process.env.ELSEWHERE + request.url }); response.end()`, redirects: true },
  'hostile words everywhere': { handler: `response.writeHead(500, { 'retry-after': '-1e999', 'x-boot': '"><script>alert(2)</script>', 'cache-control': '\\\\x00max-age=9'.repeat(50), connection: 'close, upgrade' }); response.end('{"a":' + '['.repeat(50_000))` },
}

export const serverOf = ({ start = '', handler }) => `import { createServer } from 'node:http'
${start}
${reply}
const server = createServer((request, response) => {
  if (!request.url.startsWith('/ready')) response.setHeader('x-instance', process.env.NAME)
  // Healthy and quick for as long as the run gets to know it, and for its ordinary reads; all that is asked besides is answered with harm.
  if (request.url === '/ready' || request.url.startsWith('/items')) return answer(response)
  ${handler}
})
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
`

/** Everything is declared, so that every declared operation is answered by the hostile handler. */
export const descriptorOf = ({ directory, elsewhere, another }) => `schema: seaworthy/v1
service: hostile
target:
  kind: process
  disposable: true
  replicas:
    count: 2
    command: [node, server.mjs]
    env: { PORT: "{port}", NAME: "{instance}", INDEX: "{index}", RUN_DIRECTORY_TO_SPOIL: ${JSON.stringify(directory)}, ELSEWHERE: ${JSON.stringify(elsewhere)}, FILE_OF_ANOTHER: ${JSON.stringify(another)} }
    restart: always
    startAtBoot: true
identity: { instance: header:x-instance, boot: header:x-boot }
balancer: { interval: 200ms, timeout: 1s }
health: { readiness: /ready, liveness: /live, detail: /health }
lifecycle:
  startTimeout: 20s
  stop: { grace: 3s }
  drain: { http: "POST /drain", deadline: 5s, timeout: 3s }
  undrain: { http: "POST /undrain", timeout: 3s }
traffic:
  read: { http: "GET /items/{key}" }
  slow: { http: "POST /slow/{key}", minDuration: 1s, timeout: 4s, weight: 0, effect: "GET /effects/{key}#/count" }
  write: { http: "PUT /records/{key}", body: { value: "{value}" }, timeout: 3s, weight: 0 }
data:
  write: write
  read: { strong: { http: "GET /records/{key}", timeout: 3s } }
observability:
  metrics: { read: "GET /metrics", requests: { metric: http_requests_total, status: status }, latency: { metric: http_request_duration_seconds } }
`
