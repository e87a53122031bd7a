import { spawn, type ChildProcess } from 'node:child_process'
import type { Procedure } from '../core/procedure.js'
import { endProcesses } from '../operating-system/end-processes.js'
import { processStartTime, processTree } from '../operating-system/process-table.js'
import { probe } from './probe.js'
import { instanceOf, type ScenarioWorld } from './scenario-world.js'

const procedureTimeoutMs = 15_000

/** Carries out a declared procedure on one instance. Throws with what was found when it was not accepted. */
export async function carryOut(world: ScenarioWorld, procedure: Procedure, target: string): Promise<void> {
  if (procedure.via === 'http') return callHttp(world, procedure, target)
  if (procedure.via === 'signal') {
    const send = world.deployment.controls.signal
    if (send === undefined) throw new Error('this driver cannot send signals')
    return send(target, procedure.signal)
  }
  return execute(world, procedure.command, target)
}

async function callHttp(world: ScenarioWorld, procedure: Extract<Procedure, { via: 'http' }>, target: string): Promise<void> {
  const answer = await probe(new URL(procedure.path, instanceOf(world, target).url), { method: procedure.method, timeoutMs: procedureTimeoutMs })
  const status = answer.status ?? 0
  const accepted = procedure.expectStatus.length === 0 ? status >= 200 && status < 300 : procedure.expectStatus.includes(status)
  if (accepted) return
  const expected = procedure.expectStatus.length === 0 ? 'a 2xx answer' : `status ${procedure.expectStatus.join(' or ')}`
  throw new Error(`${procedure.method} ${procedure.path}: found ${answer.status ?? answer.outcome}${answer.code === undefined ? '' : ` (${answer.code})`}, expected ${expected}`)
}

/**
 * Runs a command of the descriptor without a shell, with a bare environment, for at most 15 s. Whatever it leaves behind carries the
 * deployment's marker and is ended with it.
 */
async function execute(world: ScenarioWorld, command: readonly string[], target: string): Promise<void> {
  const { hostname, port } = instanceOf(world, target).url
  const fill = (text: string): string => text.replaceAll('{instance}', target).replaceAll('{host}', hostname).replaceAll('{port}', port)
  const [program = '', ...args] = command.map(fill)
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: world.service.directory,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SEAWORTHY_RUN: world.marker },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const identity = { pid: child.pid ?? 0, startTime: processStartTime(child.pid ?? 0) ?? '' }
  const entry = child.pid === undefined ? undefined : world.journal.record({ kind: 'process-group', ...identity, what: `procedure ${command.join(' ')}` })
  try {
    await exitOf(child, command, world.signal)
  } catch (thrown) {
    if (identity.startTime !== '') await endProcesses(() => processTree([identity]), { termGraceMs: 500 })
    throw thrown
  } finally {
    child.stderr?.destroy()
    if (entry !== undefined) world.journal.done(entry)
  }
}

/** Resolves on exit code 0; a grandchild that keeps an output open is not waited for. */
function exitOf(child: ChildProcess, command: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 2_000) said += chunk.toString('utf8')
    })
    const fail = (found: string): void => reject(new Error(`${command.join(' ')}: ${found}${said === '' ? '' : `: ${said.trim().slice(-300)}`}`))
    const timer = setTimeout(() => fail(`it had not ended after ${procedureTimeoutMs / 1_000} s`), procedureTimeoutMs)
    const onAbort = (): void => fail('the scenario was cut')
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('exit', (code, by) => {
      settle()
      if (code === 0) resolve()
      else fail(`ended with ${by ?? `exit code ${code}`}`)
    })
  })
}
