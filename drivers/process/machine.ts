import { messageOf } from '../../core/errors.js'
import type { MachineMessage, MachineRequest } from './machine-protocol.js'
import { appendTo } from '../../operating-system/open-log.js'
import { SimulatedMachine } from './simulated-machine.js'

/**
 * A program of its own: `node machine.js <log file>`, with an IPC channel to the driver. Nothing of it may outlive
 * that channel: when it closes, or when anything goes wrong in here, the power goes off.
 */
const logFile = process.argv[2]
const log = (message: string): void => {
  try {
    if (logFile !== undefined) appendTo(logFile, `${new Date().toISOString()} ${message}\n`)
  } catch {
    // The folder was removed under us. The units matter more than the log.
  }
}
const send = (message: MachineMessage, then: () => void = () => undefined): void => {
  if (process.connected) process.send?.(message, undefined, undefined, then)
  else then()
}
const machine = new SimulatedMachine(send, log)

const powerOff = (reason: string, exitCode: number): never => {
  log(`power off: ${reason}`)
  machine.powerOff()
  process.exit(exitCode)
}

async function handle(request: MachineRequest): Promise<void> {
  log(`asked for ${request.name} ${request.name === 'boot' ? '' : JSON.stringify(request.parameters)}`)
  try {
    const answer = await machine.answer(request)
    const isLast = request.name === 'shutdown'
    send({ kind: 'answer', id: request.id, answer }, isLast ? () => powerOff('shut down in order', 0) : undefined)
  } catch (error) {
    send({ kind: 'refusal', id: request.id, reason: messageOf(error) })
  }
}

process.on('message', (request: MachineRequest) => void handle(request))
process.on('disconnect', () => powerOff('the driver is gone', 0))
process.on('uncaughtException', (error) => powerOff(error.stack ?? error.message, 70))
process.on('unhandledRejection', (error) => powerOff(messageOf(error), 70))
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => powerOff(signal, 0))

if (process.send === undefined) throw new Error('the machine is started by the process driver, with an IPC channel')
log(`booted as process ${process.pid}`)
send({ kind: 'ready' })
