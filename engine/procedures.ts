import { request } from 'node:http'
import { addressTemplate } from '../core/capabilities.js'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { procedureOutputBytesMax, type Performed, type Procedure, type ProcedureValues } from '../core/procedure.js'
import { lookupMoving, withCurrentAddresses } from '../operating-system/moving-addresses.js'
import { noteShortage } from '../operating-system/own-shortage.js'
import { portOf } from './probe.js'
import { runCommand } from './run-command.js'
import { addressOf, componentsFor, type ScenarioWorld } from './scenario-world.js'
import { escapeInJson, Template } from './traffic/template.js'

const timeoutMsDefault = 15_000

export interface CarryOutOptions {
  readonly values?: ProcedureValues
  readonly timeoutMs?: number
}

/** Carries out a declared procedure on one target. Throws with what was found when it was not accepted. */
export async function carryOut(world: ScenarioWorld, procedure: Procedure, target: string): Promise<void> {
  const { ok, error } = await perform(world, procedure, target)
  if (!ok) throw new Error(error ?? 'it was not accepted')
}

/** Carries out a declared procedure. What the service answers, or that it does not, is the result; throws only for what the harness cannot do. */
export async function perform(world: ScenarioWorld, procedure: Procedure, target: string, options: CarryOutOptions = {}): Promise<Performed> {
  const startedAtMs = world.clock()
  const timeoutMs = options.timeoutMs ?? procedure.timeoutMs ?? timeoutMsDefault
  const answer = await answerOf(world, procedure, { target, timeoutMs, values: options.values ?? {} })
  // A procedure that we cut short was not refused.
  if (!answer.ok) world.signal.throwIfAborted()
  return { ...answer, startedAtMs, tookMs: world.clock() - startedAtMs }
}

interface Address extends Required<CarryOutOptions> {
  readonly target: string
}
type Answer = Omit<Performed, 'startedAtMs' | 'tookMs'>

async function answerOf(world: ScenarioWorld, procedure: Procedure, address: Address): Promise<Answer> {
  if (procedure.via === 'http') return callHttp(world, procedure, address)
  if (procedure.via === 'signal') {
    const send = world.deployment.controls.signal
    if (send === undefined) throw new Error('this driver cannot send signals')
    return send(address.target, procedure.signal).then(() => ({ ok: true, output: '' }), (thrown: unknown) => {
      // Others keep the platform from sending it: the service has refused nothing.
      if (thrown instanceof SeaworthyError && thrown.code === 'SW_CLUSTER_BUDGET') throw thrown
      return { ok: false, output: '', error: messageOf(thrown) }
    })
  }
  const command = procedure.command.map((text) => fillCommand(world, text, address))
  const { exitCode, output, error } = await runCommand(world, command, address.timeoutMs)
  return { ok: exitCode === 0, output, ...(exitCode === null ? {} : { exitCode }), ...(error === undefined ? {} : { error }) }
}

/** Never a shell: what a value holds stays one argument. A program cannot look our names up. */
function fillCommand(world: ScenarioWorld, text: string, { target, values }: Address): string {
  const url = target === 'operator' ? undefined : addressOf(world, target)
  const own = { ...(url === undefined ? {} : { instance: target, host: url.hostname, port: String(portOf(url)) }), ...values }
  const components = componentsFor(world, target)
  const addressed = text.replace(addressTemplate, (whole, name: string, part: string) => {
    const component = components.find((one) => one.name === name)
    return component === undefined ? whole : part === 'host' ? component.host : String(component.port)
  })
  return withCurrentAddresses(new Template(addressed).fill(own))
}

async function callHttp(world: ScenarioWorld, procedure: Extract<Procedure, { via: 'http' }>, { target, timeoutMs, values }: Address): Promise<Answer> {
  const { method, expectStatus } = procedure
  const path = new Template(procedure.path).fill(values, encodeURIComponent)
  const url = new URL(path, addressOf(world, target))
  const headers = Object.fromEntries(Object.entries(procedure.headers ?? {}).map(([name, text]) => [name.toLowerCase(), new Template(text).fill(values)]))
  const body = procedure.text === undefined ? (procedure.body === undefined ? undefined : new Template(JSON.stringify(procedure.body)).fill(values, escapeInJson)) : new Template(procedure.text).fill(values)
  if (body !== undefined) headers['content-type'] ??= procedure.text === undefined ? 'application/json' : 'text/plain; charset=utf-8'
  const answer = await exchange(url, { method, headers, ...(body === undefined ? {} : { body }), timeoutMs, signal: world.signal })
  if ('error' in answer) return { ok: false, output: '', error: `${method} ${path}: ${answer.error}` }
  const { status, text } = answer
  const ok = expectStatus.length === 0 ? status >= 200 && status < 300 : expectStatus.includes(status)
  if (ok) return { ok, status, output: text }
  const expected = expectStatus.length === 0 ? 'a 2xx answer' : `status ${expectStatus.join(' or ')}`
  return { ok, status, output: text, error: `${method} ${path}: found ${status}, expected ${expected}` }
}

interface HttpCall {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** One exchange on a connection of its own. Resolves with what was found, also when there was no whole answer. */
function exchange(url: URL, { method, headers, body, timeoutMs, signal }: HttpCall): Promise<{ readonly status: number; readonly text: string } | { readonly error: string }> {
  return new Promise((resolve) => {
    const sent = request(url, { method, agent: false, lookup: lookupMoving, signal, headers: { connection: 'close', ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) } })
    const end = (error: string): void => {
      clearTimeout(timer)
      resolve({ error })
      sent.destroy()
    }
    const timer = setTimeout(() => end(`found no whole answer within ${timeoutMs} ms`), timeoutMs)
    sent.on('error', (error: NodeJS.ErrnoException) => {
      noteShortage(error)
      end(`found ${error.code ?? error.message}`)
    })
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > procedureOutputBytesMax) end(`found an answer of more than ${procedureOutputBytesMax} bytes`)
        else chunks.push(chunk)
      })
      response.on('error', (error) => end(`found ${messageOf(error)} before the answer ended`))
      response.on('end', () => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })
      })
    })
    sent.end(body)
  })
}
