import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type Docker from 'dockerode'
import type { Unit } from '../../core/service-descriptor.js'
import { connectEngine } from './engine-connection.js'
import { runLabel } from './labels.js'

/** Image of the tests; `seaworthy image build --offline` makes it. */
export const image = 'seaworthy-reference'

/** The engine, when one answers and has the image; else why the tests cannot run. */
export async function engineForTests(): Promise<{ readonly docker: Docker; readonly host: string } | { readonly missing: string }> {
  try {
    const { docker, address } = await connectEngine()
    await docker.getImage(image).inspect()
    return { docker, host: address.host }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * Answers with its pid, its environment, how often it was started on its volume, and whether its dependency can be
 * reached. Ends with code 0 on SIGTERM.
 */
const program = `
const fs = require('node:fs'), net = require('node:net')
const { PORT, HOST, STORE_HOST, STORE_PORT } = process.env
process.on('SIGTERM', () => process.exit(0))
fs.appendFileSync('/data/starts', '.')
const reach = () => new Promise((resolve) => {
  if (!STORE_PORT) return resolve(null)
  const socket = net.connect({ host: STORE_HOST, port: Number(STORE_PORT) })
  socket.setTimeout(1000, () => { socket.destroy(); resolve('silent') })
  socket.once('data', () => { socket.destroy(); resolve('reached') }).once('error', (error) => resolve(error.code)).once('end', () => resolve('ended'))
  socket.write('GET / HTTP/1.0\\r\\n\\r\\n')
})
require('node:http').createServer(async (request, response) => {
  response.end(JSON.stringify({ pid: process.pid, environment: process.env, directory: process.cwd(), starts: fs.statSync('/data/starts').size, store: await reach() }))
}).listen(Number(PORT), HOST)
`
export const contained: Unit = { command: ['node', '-e', program], env: { HOST: '{host}', PORT: '{port}' }, restart: 'always', startAtBoot: true }

/** Everything in the engine that carries the run's label. */
export async function objectsOf(docker: Docker, runId: string): Promise<readonly string[]> {
  const filters = { label: [`${runLabel}=${runId}`] }
  const [containers, networks, volumes] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters }), docker.listVolumes({ filters })])
  return [...containers.map((one) => one.Names[0] ?? one.Id), ...networks.map((one) => one.Name), ...(volumes.Volumes ?? []).map((one) => one.Name)]
}

/** A socket that leads to the engine until it is cut: then nobody answers there any more. */
export async function frontOf(host: string, directory: string): Promise<{ readonly host: string; cut(): void }> {
  const path = join(directory, 'engine.sock')
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: host.replace('unix://', ''), allowHalfOpen: true })
    for (const socket of [client, engine]) open.add(socket.on('error', () => undefined))
    client.pipe(engine).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    host: `unix://${path}`,
    cut() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
