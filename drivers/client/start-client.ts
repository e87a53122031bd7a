import { fork, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { onceHeardOut } from '../../operating-system/heard-out.js'
import { openLog } from '../../operating-system/open-log.js'
import { ownProgram } from '../../operating-system/own-program.js'
import type { ClientMessage, ClientSpec } from './client-protocol.js'

export interface StartedClient {
  readonly pid: number
  /** Where the HTTP face of each instance listens. */
  readonly ports: ReadonlyMap<string, number>
  close(): Promise<void>
}

export interface StartClientOptions {
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>
  /** Undefined: what it says is dropped. */
  readonly logFile?: string
  readonly onUnexpectedExit?: (reason: string) => void
}

const startTimeoutMs = 15_000
/** A process that gives no sign for so long is blocked by the module; readiness and traffic would be charged to the service. */
const silenceMsMax = 5_000

/**
 * Runs a client module in a process of its own: what it throws, blocks or ends there does not touch the harness. Throws
 * SeaworthyError SW_CLIENT_MODULE when it cannot be loaded or lacks a function.
 */
export async function startClient(spec: ClientSpec, options: StartClientOptions): Promise<StartedClient> {
  const child = spawnClient(options)
  const exited = new Promise<string>((resolve) => {
    onceHeardOut(child, resolve)
    child.on('error', (error) => (child.pid === undefined ? resolve(messageOf(error)) : undefined))
  })
  let closing = false
  const close = async (): Promise<void> => {
    closing = true
    child.kill('SIGKILL') // it holds nothing but connections
    await exited
  }
  try {
    const ports = await answerOf(child, spec, exited)
    endWhenSilent(child, exited)
    void exited.then((reason) => (closing ? undefined : options.onUnexpectedExit?.(reason)))
    return { pid: child.pid ?? 0, ports: new Map(ports.map(({ id, port }) => [id, port])), close }
  } catch (thrown) {
    await close()
    throw new SeaworthyError('SW_CLIENT_MODULE', `while loading the client module ${spec.module}: ${messageOf(thrown)}`, {
      cause: thrown,
      hint: 'A client module exports open, write, read, list and close; docs/client-modules.md shows one.',
    })
  }
}

/** Its end is then told like any other. */
function endWhenSilent(child: ChildProcess, exited: Promise<unknown>): void {
  let heardAtMs = performance.now()
  const isSilent = (): boolean => performance.now() - heardAtMs > silenceMsMax
  child.on('message', () => (heardAtMs = performance.now()))
  // After a stall of our own the messages wait to be read: look again when they have been.
  const endIfSilent = (): void => void (isSilent() && child.kill('SIGKILL'))
  const timer = setInterval(() => (isSilent() ? setImmediate(endIfSilent) : undefined), 500)
  timer.unref()
  void exited.then(() => clearInterval(timer))
}

/** In a process group of its own, so that a Ctrl-C meant for the harness does not take the traffic away. */
function spawnClient({ environment, logFile }: StartClientOptions): ChildProcess {
  const log = logFile === undefined ? 'ignore' : openLog(logFile)
  try {
    return fork(ownProgram(import.meta.url, 'client-process'), [], { detached: true, env: { ...environment }, execArgv: [], stdio: ['ignore', log, log, 'ipc'] })
  } finally {
    if (typeof log === 'number') closeSync(log)
  }
}

async function answerOf(child: ChildProcess, spec: ClientSpec, exited: Promise<string>): Promise<readonly { readonly id: string; readonly port: number }[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not loaded within ${startTimeoutMs} ms`)), startTimeoutMs)
  })
  const told = new Promise<ClientMessage>((resolve, reject) => {
    child.once('message', (message) => resolve(message as ClientMessage))
    void exited.then((reason) => reject(new Error(`its process ended: ${reason}`)))
    child.send(spec, (error) => (error === null ? undefined : reject(error)))
  })
  try {
    const message = await Promise.race([told, late])
    if (message.kind !== 'started') throw new Error(message.kind === 'failure' ? message.message : 'it gave a sign of life before it was loaded')
    return message.ports
  } finally {
    clearTimeout(timer)
  }
}
