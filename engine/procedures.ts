import { createReadStream, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { request, type ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
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

type HttpProcedure = Extract<Procedure, { via: 'http' }>

async function callHttp(world: ScenarioWorld, procedure: HttpProcedure, { target, timeoutMs, values }: Address): Promise<Answer> {
  const { method, expectStatus } = procedure
  const path = new Template(procedure.path).fill(values, encodeURIComponent)
  const url = new URL(path, addressOf(world, target))
  const headers = Object.fromEntries(Object.entries(procedure.headers ?? {}).map(([name, text]) => [name.toLowerCase(), new Template(text).fill(values)]))
  const body = await bodyOf(procedure, values)
  if (body !== undefined && 'problem' in body) return { ok: false, output: '', error: `${method} ${path}: ${body.problem}` }
  if (body !== undefined) headers['content-type'] ??= body.type
  const answer = await exchange(url, { method, headers, ...(body === undefined ? {} : { body }), timeoutMs, signal: world.signal })
  if ('error' in answer) return { ok: false, output: '', error: `${method} ${path}: ${answer.error}` }
  const { status, text } = answer
  const ok = expectStatus.length === 0 ? status >= 200 && status < 300 : expectStatus.includes(status)
  if (ok) return { ok, status, output: text }
  const expected = expectStatus.length === 0 ? 'a 2xx answer' : `status ${expectStatus.join(' or ')}`
  return { ok, status, output: text, error: `${method} ${path}: found ${status}, expected ${expected}` }
}

interface Body {
  /** What it is said to be where the descriptor says nothing else. */
  readonly type: string
  readonly bytes: number
  /** Sends it, and ends the request. `onOwnFault`: it could not, and the service has nothing to do with that. */
  readonly send: (sent: ClientRequest, onOwnFault: (error: Error) => void) => void
}

async function bodyOf(procedure: HttpProcedure, values: ProcedureValues): Promise<Body | { readonly problem: string } | undefined> {
  const ofText = (type: string, text: string): Body => ({ type, bytes: Buffer.byteLength(text), send: (sent) => void sent.end(text) })
  if (procedure.uploadsFile === true) return fileBody(values['file'])
  if (procedure.text !== undefined) return ofText('text/plain; charset=utf-8', new Template(procedure.text).fill(values))
  return procedure.body === undefined ? undefined : ofText('application/json', new Template(JSON.stringify(procedure.body)).fill(values, escapeInJson))
}

/** Bytes as they are on disk, read while they are sent. A file that is not there was not made by whoever said so. Throws what the harness cannot do. */
async function fileBody(path: string | undefined): Promise<Body | { readonly problem: string }> {
  if (path === undefined) throw new Error('this procedure uploads {file}, which nobody gave it')
  let found: Stats
  try {
    // Opened at once: whether it may be read shows here, and not in the middle of a request.
    const file = await open(path)
    found = await file.stat().finally(() => file.close())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { problem: `found no file ${path} to upload` }
    throw error
  }
  if (!found.isFile()) return { problem: `found no plain file at ${path} to upload` }
  const { size } = found
  const stream: Body['send'] = (sent, onOwnFault) => {
    const source = createReadStream(path, { start: 0, end: size - 1 })
    const unread = (found: string): void => onOwnFault(new Error(`while reading ${path} to upload it: found ${found}`))
    source.once('error', (error) => unread(messageOf(error)))
    source.once('end', () => void (source.bytesRead < size && unread(`its end after ${source.bytesRead} of ${size} bytes`)))
    // The request tells what becomes of it: an upload that breaks off is its error.
    pipeline(source, sent).catch((error: Error) => sent.destroy(error))
  }
  return { type: 'application/octet-stream', bytes: size, send: size === 0 ? (sent) => void sent.end() : stream }
}

interface HttpCall {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Body
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** An answer that was sent before the connection was closed is here by then. */
const answeredWithinMs = 500

/**
 * A service that refuses early answers and closes while we still send. The write that finds this out would end the connection, and with
 * it an answer that has come but was not read yet: so what became of a write that failed is told a moment later, and reading goes on.
 */
function readAnswerWhereSendingFails(socket: Socket): void {
  const write = socket._write.bind(socket)
  const writeAll = socket._writev?.bind(socket)
  const later = (tell: (error?: Error | null) => void) => (error?: Error | null) => {
    if (error === undefined || error === null) tell()
    else setTimeout(() => tell(error), answeredWithinMs)
  }
  socket._write = (chunk, encoding, tell) => write(chunk, encoding, later(tell))
  if (writeAll !== undefined) socket._writev = (chunks, tell) => writeAll(chunks, later(tell))
}

/** One exchange on a connection of its own. Resolves with what was found, also when there was no whole answer. Throws what the harness cannot do. */
function exchange(url: URL, { method, headers, body, timeoutMs, signal }: HttpCall): Promise<{ readonly status: number; readonly text: string } | { readonly error: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: false, lookup: lookupMoving, signal, headers: { connection: 'close', ...headers, ...(body === undefined ? {} : { 'content-length': String(body.bytes) }) } })
    const end = (error: string): void => {
      clearTimeout(timer)
      resolve({ error })
      sent.destroy()
    }
    const timer = setTimeout(() => end(`found no whole answer within ${timeoutMs} ms`), timeoutMs)
    let isAnswered = false
    sent.on('error', (error: NodeJS.ErrnoException) => {
      noteShortage(error)
      if (isAnswered) return // a service may answer before it has read everything, and close
      end(`found ${error.code ?? error.message}`)
    })
    sent.on('response', (response) => {
      isAnswered = true
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
    if (body === undefined) return void sent.end()
    sent.once('socket', readAnswerWhereSendingFails)
    body.send(sent, (error) => {
      clearTimeout(timer)
      reject(error)
      sent.destroy()
    })
  })
}
