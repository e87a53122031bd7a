import { pathToFileURL } from 'node:url'
import { clientFunctions, ordinaryReadFunction, type ClientModule } from '../../core/client-module.js'
import { messageOf } from '../../core/errors.js'
import { beatEveryMs, type ClientMessage, type ClientSpec } from './client-protocol.js'
import { ClientServer } from './client-server.js'

/** The program that runs a client module of the user's, and ends with the channel to the harness. */

// Nobody is left to ask anything.
process.on('disconnect', () => process.exit(0))
if (!process.connected) process.exit(0)

// Clients of databases emit errors of idle connections that nobody listens to. Every operation has its own answer.
process.on('uncaughtException', (error) => console.error(`not caught by the module: ${error.stack ?? messageOf(error)}`))
process.on('unhandledRejection', (reason) => console.error(`not caught by the module: ${messageOf(reason)}`))

const tell = (message: ClientMessage): void => void process.send?.(message)

process.once('message', (message) => {
  void start(message as ClientSpec).then(tell, (error: unknown) => tell({ kind: 'failure', message: messageOf(error) }))
})

async function start({ module: path, env, instances, ordinaryRead }: ClientSpec): Promise<ClientMessage> {
  const module = await loadModule(path, ordinaryRead === true ? [...clientFunctions, ordinaryReadFunction] : clientFunctions)
  const servers = instances.map(({ id, host, port }) => ({ id, server: new ClientServer(module, { host, port, instance: id, env }) }))
  const ports = await Promise.all(servers.map(async ({ id, server }) => ({ id, port: await server.listen() })))
  setInterval(() => tell({ kind: 'beat' }), beatEveryMs)
  return { kind: 'started', ports }
}

async function loadModule(path: string, expected: readonly string[]): Promise<ClientModule> {
  const loaded = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  const missing = expected.filter((name) => typeof loaded[name] !== 'function')
  if (missing.length > 0) throw new Error(`it does not export ${missing.map((name) => `${name}()`).join(', ')}; expected ${expected.join(', ')}`)
  return loaded as unknown as ClientModule
}
