import { fork, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Edge } from '../../core/driver.js'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { onceHeardOut } from '../../operating-system/heard-out.js'
import { openLog } from '../../operating-system/open-log.js'
import type { Network, NetworkAddresses, NetworkCall, NetworkCalls, NetworkMessage, StartNetwork } from './network-protocol.js'
import { edgeKey } from './network-protocol.js'

const startTimeoutMs = 10_000
const closeTimeoutMs = 3_000

/** The compiled program, also when this module runs from its source (tests). */
const programPath = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/drivers/network/network-process.js' : './network-process.js', import.meta.url),
)

export const startNetwork: StartNetwork = async (spec, options) => {
  const connection = new NetworkConnection(spawnNetwork(options.environment, options.logFile), options)
  try {
    const addresses = await connection.call('start', [spec], startTimeoutMs)
    connection.started = true
    return networkOf(connection, addresses)
  } catch (error) {
    await connection.close()
    throw new SeaworthyError('SW_NETWORK', `while starting the network of the deployment: ${messageOf(error)}`, {
      hint: `its log is ${options.logFile}`,
      cause: error,
    })
  }
}

/** In a process group of its own, so that a Ctrl-C meant for the harness does not take the traffic away. */
function spawnNetwork(environment: Readonly<Record<string, string>>, logFile: string): ChildProcess {
  const log = openLog(logFile)
  try {
    return fork(programPath, [], { detached: true, env: { ...environment }, execArgv: [], stdio: ['ignore', log, log, 'ipc'] })
  } finally {
    closeSync(log)
  }
}

type ReturnTypeOf<N extends keyof NetworkCalls> = Promise<Awaited<ReturnType<NetworkCalls[N]>>>
interface PendingCall {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Calls to the network process, and what becomes of them when it ends. */
class NetworkConnection {
  readonly pid: number
  /** Before that an end is told by the failure of the start alone. */
  started = false
  readonly #child: ChildProcess
  readonly #pending = new Map<number, PendingCall>()
  readonly #ended: Promise<void>
  #calls = 0
  #endReason: string | undefined
  #closing: Promise<void> | undefined

  constructor(child: ChildProcess, options: Pick<Parameters<StartNetwork>[1], 'onEvent' | 'onUnexpectedExit'>) {
    this.#child = child
    this.pid = child.pid ?? 0
    child.on('message', (message) => {
      const told = message as NetworkMessage
      if (told.kind === 'event') options.onEvent(told.event)
      else this.#settle(told)
    })
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        if (this.#endReason !== undefined) return
        this.#endReason = reason
        for (const pending of this.#pending.values()) pending.reject(this.#endedError())
        this.#pending.clear()
        if (this.started && this.#closing === undefined) options.onUnexpectedExit(reason)
        resolve()
      }
      onceHeardOut(child, end)
      child.on('error', (error) => {
        if (child.pid === undefined) end(messageOf(error)) // it could not be started; other errors are of single messages
      })
    })
  }

  async call<N extends keyof NetworkCalls>(name: N, parameters: Parameters<NetworkCalls[N]>, timeoutMs?: number): ReturnTypeOf<N> {
    if (this.#endReason !== undefined) throw this.#endedError()
    this.#calls += 1
    const call: NetworkCall = { id: this.#calls, name, parameters }
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(call.id, { resolve, reject })
    })
    const fail = (error: Error): void => this.#pending.get(call.id)?.reject(error)
    const late = (): void => fail(new SeaworthyError('SW_NETWORK', `no answer to ${name} within ${timeoutMs} ms`))
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs)
    this.#child.send(call, (error) => {
      if (error !== null) fail(error)
    })
    return (await answer.finally(() => clearTimeout(timer))) as Awaited<ReturnTypeOf<N>>
  }

  /** Ends the process and resolves when it is gone; may be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#endReason !== undefined) return
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), closeTimeoutMs)
    this.call('close', []).catch(() => {}) // the end of the process is the answer that counts
    await this.#ended
    clearTimeout(timer)
  }

  #settle(told: Exclude<NetworkMessage, { kind: 'event' }>): void {
    const pending = this.#pending.get(told.id)
    this.#pending.delete(told.id)
    if (told.kind === 'result') pending?.resolve(told.value)
    else pending?.reject(new SeaworthyError('SW_NETWORK', told.message))
  }

  #endedError(): SeaworthyError {
    return new SeaworthyError('SW_NETWORK', `the network process has ended: ${this.#endReason}`)
  }
}

function networkOf(connection: NetworkConnection, addresses: NetworkAddresses): Network {
  const ports = new Map(addresses.proxies.map(({ edge, port }) => [edgeKey(edge), port]))
  return {
    pid: connection.pid,
    balancerUrl: new URL(addresses.balancerUrl),
    echoUrl: new URL(addresses.echoUrl),
    proxyPort: (edge) => portOf(ports, edge),
    setBackends: (backends) => connection.call('setBackends', [backends]),
    setEdgeTarget: (edge, target) => connection.call('setEdgeTarget', [edge, target]),
    redirectEdge: (edge, target) => connection.call('redirectEdge', [edge, target]),
    async openEdge(edge, target) {
      const { port } = await connection.call('openEdge', [edge, target])
      ports.set(edgeKey(edge), port)
    },
    async closeEdge(edge) {
      ports.delete(edgeKey(edge))
      await connection.call('closeEdge', [edge])
    },
    faultEdge: (edge, fault) => connection.call('faultEdge', [edge, fault]),
    healEdge: (edge) => connection.call('healEdge', [edge]),
    edgeCounters: (edge) => connection.call('edgeCounters', [edge]),
    balancerCounters: () => connection.call('balancerCounters', []),
    async qualification() {
      const { rig, entrypoint } = await connection.call('openQualification', [])
      return {
        entrypoint: new URL(entrypoint),
        drainOneBackend: () => connection.call('drainOneBackend', [rig]),
        close: () => connection.call('closeQualification', [rig]),
      }
    },
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

function portOf(ports: ReadonlyMap<string, number>, edge: Edge): number {
  const port = ports.get(edgeKey(edge))
  if (port === undefined) throw new SeaworthyError('SW_NETWORK', `there is no proxy on the edge from ${edge.from} to ${edge.to}`)
  return port
}
