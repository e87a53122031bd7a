import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Procedure } from '../core/procedure.js'
import { forgetAddress, moveAddress, movingHost } from '../operating-system/moving-addresses.js'
import { processesWithMarker } from '../operating-system/run-processes.js'
import { carryOut, perform } from './procedures.js'
import type { ScenarioWorld } from './scenario-world.js'

let server: Server
let respond: RequestListener
let directory: string
beforeEach(async () => {
  directory = mkdtempSync(`${tmpdir()}/sw-procedures-`)
  server = createServer((request, response) => respond(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

const marker = `test-procedures-${process.pid}`
function world(signal = new AbortController().signal): ScenarioWorld {
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}`)
  const deployment = { entrypoint: url, instances: [{ id: 'replica-0', url }], components: [{ name: 'db', host: '127.0.0.1', port: 4711 }], controls: {} }
  return {
    service: { directory },
    deployment,
    apart: new Map(),
    environment: { SEAWORTHY_DEFECT: 'some.defect' },
    marker,
    signal,
    clock: () => performance.now(),
    journal: { record: () => 1, done: () => {} },
  } as unknown as ScenarioWorld
}
const http = (more: Partial<Extract<Procedure, { via: 'http' }>> = {}): Procedure => ({ via: 'http', method: 'PUT', path: '/config', expectStatus: [], ...more })
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

describe('http', () => {
  test('the answer is the output; values fill path, headers and JSON body', async () => {
    let seen: unknown
    respond = async (request, response) => {
      seen = { url: request.url, header: request.headers['x-who'], type: request.headers['content-type'], body: await bodyOf(request) }
      response.end('applied')
    }
    const done = await perform(world(), http({ path: '/config/{name}', headers: { 'X-Who': '{name}' }, body: { text: '{text}' } }), 'replica-0', { values: { name: 'a b', text: 'say "hi"' } })
    expect(done).toMatchObject({ ok: true, status: 200, output: 'applied' })
    expect(seen).toEqual({ url: '/config/a%20b', header: 'a b', type: 'application/json', body: '{"text":"say \\"hi\\""}' })
  })
  describe('a restore that uploads', () => {
    const upload = (more: Partial<Extract<Procedure, { via: 'http' }>> = {}): Procedure => http({ method: 'POST', path: '/restore?of={of}', uploadsFile: true, ...more })
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256))
    const receive = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat((await request.toArray()) as Buffer[])
    const written = (content: Buffer): string => {
      const path = `${directory}/backup`
      writeFileSync(path, content)
      return path
    }
    test.each([['whole', bytes, {}, 'application/octet-stream'], ['empty', Buffer.alloc(0), {}, 'application/octet-stream'], ['of another type', bytes.subarray(0, 9), { headers: { 'Content-Type': 'text/x-dump' } }, 'text/x-dump']])('sends the bytes of the file: %s', async (_of, content, more, type) => {
      let seen: unknown
      let got: Buffer = Buffer.alloc(0)
      respond = async (request, response) => {
        seen = { url: request.url, type: request.headers['content-type'], length: request.headers['content-length'], encoding: request.headers['transfer-encoding'] }
        got = await receive(request)
        response.end('restored')
      }
      expect(await perform(world(), upload(more), 'replica-0', { values: { file: written(content), of: 'a b' } })).toMatchObject({ ok: true, output: 'restored' })
      expect(seen).toEqual({ url: '/restore?of=a%20b', type, length: String(content.length), encoding: undefined })
      expect(got.equals(content)).toBe(true)
    })
    test('a refusal that comes before the last byte is the answer', async () => {
      respond = (_request, response) => void response.writeHead(413, { connection: 'close' }).end('too large')
      expect(await perform(world(), upload(), 'replica-0', { values: { file: written(bytes), of: 'x' } })).toMatchObject({ ok: false, status: 413, output: 'too large' })
    })
    test.each([401, 413, 422])('a refusal (%i) is the answer also where the connection is reset while we send', async (status) => {
      // In a process of its own: in ours nothing would be written while it answers.
      const program = `require('node:net').createServer((socket) => socket.on('error', () => {}).once('data', () => {
        socket.pause()
        setTimeout(() => socket.write('HTTP/1.1 ${status} Refused\\r\\ncontent-length: 7\\r\\n\\r\\nrefused', () => socket.resetAndDestroy()), Math.random() * 4)
      })).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
      const refusing = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        const [port] = (await once(refusing.stdout, 'data')) as [Buffer]
        const url = new URL(`http://127.0.0.1:${String(port).trim()}`)
        const refused = { ...world(), deployment: { ...world().deployment, instances: [{ id: 'replica-0', url }] } } as ScenarioWorld
        const values = { file: written(Buffer.alloc(8_000_000)), of: 'x' }
        for (let time = 0; time < 20; time++) expect(await perform(refused, upload(), 'replica-0', { values })).toMatchObject({ ok: false, status, output: 'refused' })
      } finally {
        refusing.kill('SIGKILL')
      }
    })
    test('a file of ours that cannot be read to its end is not told as what the service did', async () => {
      const path = written(Buffer.alloc(4_000_000))
      respond = (request) => void request.once('data', () => truncateSync(path, 1)).resume()
      await expect(perform(world(), upload(), 'replica-0', { values: { file: path, of: 'x' }, timeoutMs: 3_000 })).rejects.toThrow(/while reading .* to upload it: found its end after/)
    })
    test('a service that breaks off has not accepted it', async () => {
      respond = (request) => void request.once('data', () => request.socket.destroy())
      expect(await perform(world(), upload(), 'replica-0', { values: { file: written(bytes), of: 'x' } })).toMatchObject({ ok: false, error: expect.stringMatching(/found E(PIPE|CONNRESET)/) })
    })
    test('a backup that was not made, or is a folder, is not sent', async () => {
      respond = (_request, response) => void response.end()
      expect(await perform(world(), upload(), 'replica-0', { values: { file: `${directory}/none`, of: 'x' } })).toMatchObject({ ok: false, error: expect.stringContaining('found no file') })
      expect(await perform(world(), upload(), 'replica-0', { values: { file: directory, of: 'x' } })).toMatchObject({ ok: false, error: expect.stringContaining('no plain file') })
    })
  })
  test('a text is sent as it is', async () => {
    let body = ''
    respond = async (request, response) => {
      body = await bodyOf(request)
      response.end()
    }
    await perform(world(), http({ text: '{document}' }), 'balancer', { values: { document: 'a: "b"\n{brace}' } })
    expect(body).toBe('a: "b"\n{brace}')
  })
  test('a refusal is an answer', async () => {
    respond = (_, response) => void response.writeHead(409).end('busy')
    expect(await perform(world(), http(), 'replica-0')).toMatchObject({ ok: false, status: 409, output: 'busy', error: 'PUT /config: found 409, expected a 2xx answer' })
    expect(await perform(world(), http({ expectStatus: [409] }), 'replica-0')).toMatchObject({ ok: true, status: 409 })
    await expect(carryOut(world(), http(), 'replica-0')).rejects.toThrow('found 409')
  })
  test('silence and a connection that is cut are not ok', async () => {
    respond = () => {}
    expect(await perform(world(), http(), 'replica-0', { timeoutMs: 80 })).toMatchObject({ ok: false, error: expect.stringContaining('within 80 ms') })
    respond = (request) => void request.socket.destroy()
    expect(await perform(world(), http(), 'replica-0')).toMatchObject({ ok: false, error: expect.stringContaining('ECONNRESET') })
  })
  test('an answer that stops half way is not ok', async () => {
    respond = (request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setTimeout(() => request.socket.destroy(), 20)
    }
    expect((await perform(world(), http(), 'replica-0')).ok).toBe(false)
  })
})

describe('a command', () => {
  const command = (...words: string[]): Procedure => ({ via: 'exec', command: words })
  test('standard output is the output; addresses and values are filled, never through a shell', async () => {
    const program = 'console.log(JSON.stringify({ words: process.argv.slice(1), defect: process.env.SEAWORTHY_DEFECT, home: process.env.HOME }))'
    const done = await perform(world(), command('node', '-e', program, '{db:host}:{db:port}', '{file}', '{instance}', '{other:port}'), 'replica-0', { values: { file: '$(id) "x"' } })
    expect(done.ok).toBe(true)
    expect(JSON.parse(done.output)).toEqual({ words: ['127.0.0.1:4711', '$(id) "x"', 'replica-0', '{other:port}'], defect: 'some.defect' })
  })
  test('a list of replicas whose addresses move is given as they are now', async () => {
    const host = movingHost('replica-0.procedures')
    moveAddress(host, '127.0.0.7')
    const done = await perform(world(), { via: 'exec', command: ['echo', '{instances}'] }, 'operator', { values: { instances: `replica-0=http://${host}:8080` } })
    forgetAddress(host)
    expect(done).toMatchObject({ ok: true, output: 'replica-0=http://127.0.0.7:8080\n' })
  })
  test('an exit code is an answer, with what was said', async () => {
    const done = await perform(world(), command('node', '-e', 'console.error("no space left"); process.exit(3)'), 'operator')
    expect(done).toMatchObject({ ok: false, exitCode: 3, error: expect.stringContaining('no space left') })
  })
  test('one that hangs is ended with all it started', async () => {
    const done = await perform(world(), command('sh', '-c', 'sleep 1003 & sleep 1003'), 'operator', { timeoutMs: 150 })
    expect(done).toMatchObject({ ok: false, error: expect.stringContaining('had not ended') })
    await expect.poll(() => processesWithMarker(marker), { timeout: 5_000 }).toEqual([])
  })
  test('one that is not there is not ok', async () => {
    expect((await perform(world(), command('no-such-program-here'), 'operator')).ok).toBe(false)
  })
  test('nothing can be typed into it', async () => {
    const done = await perform(world(), command('node', '-e', 'process.stdin.on("data", () => {}).on("end", () => console.log("no input"))'), 'operator')
    expect(done.output).toBe('no input\n')
  })
})
