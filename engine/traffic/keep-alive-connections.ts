import type { InstanceId } from '../../core/history.js'
import type { HalfSent, Load } from '../../core/scenario.js'
import { Connection, connectionEndedCode } from './connection.js'
import type { TrafficContext } from './context.js'
import type { CompiledOperation } from './expectation.js'
import { HeldHead } from './held-head.js'
import { Pacer } from './pacer.js'

export interface KeepAliveOptions {
  readonly name: string
  readonly instance: InstanceId
  readonly connections: number
  readonly everyMs: number
  readonly durationMaxMs: number
}

/** How a connection came to its end: observation `connection-ended` of the instance. */
type End = 'told-to-close' | 'closed-by-server' | 'failed' | 'stopped'

const safeToRepeat: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * Persistent connections to one instance. Each has one socket for its whole life and is never replaced; a read and,
 * when there is one, a request that must not be repeated go over it in turn.
 */
export function startKeepAliveConnections(context: TrafficContext, options: KeepAliveOptions): Load {
  return startLines(context, options, operationsInTurn(context))
}

/**
 * One persistent connection on which half of a request's head is sent at once and the rest when released; then it
 * goes on as the others do, with reads alone where there is something to read. Undefined where no request goes to
 * the service itself (a client module stands between), or none could be made.
 */
export function startHalfSent(context: TrafficContext, options: Omit<KeepAliveOptions, 'connections'>): HalfSent | undefined {
  const nothingToRead = context.keys.knownCount(context.clock()) === 0
  const ordinary = context.operations.ordinary()
  const readsFirst = [...ordinary].sort((a, b) => Number(a.operation.mutates) - Number(b.operation.mutates))
  const operation = readsFirst.find((one) => keepsConnection(one) && (one.operation.mutates || !one.placeholders.has('key') || !nothingToRead))
  if (context.service.client !== undefined || operation === undefined) return undefined
  const heldHead = new HeldHead()
  const load = startLines(context, { ...options, connections: 1 }, [operation], heldHead)
  const release = (): void => heldHead.release()
  const underWay = Promise.race([heldHead.halfSent.then(() => true), load.finished().then(() => false)])
  return { ...load, underWay: () => underWay, release, stop: () => (release(), load.stop()) }
}

/** undici gives up a connection after a HEAD, and after a body with a method that usually has none. */
const keepsConnection = ({ operation: { method, body } }: CompiledOperation): boolean => method !== 'HEAD' && (body === undefined || ['POST', 'PUT', 'PATCH'].includes(method))

/** Beyond what the operation allows: the time for which its head is kept back is ours. */
const heldTimeoutMs = 2_000

function startLines(context: TrafficContext, options: KeepAliveOptions, operations: readonly CompiledOperation[], heldHead?: HeldHead): Load {
  const client = context.client(options.name, options.instance, 'keep-alive')
  const counts = { planned: 0, ended: 0, notOk: 0 }
  const url = context.urlOf(options.instance)
  const lines = Array.from({ length: options.connections }, (_none, index) => {
    const onEnd = (how: End): void => context.observe('connection-ended', options.instance, { load: options.name, connection: index + 1, how })
    return startLine({ context, client, counts, operations, onEnd, url, number: index + 1, options, ...(heldHead === undefined ? {} : { heldHead }) })
  })
  const finished = Promise.all(lines.map((line) => line.ended)).then(() => client.close())
  return {
    name: options.name,
    counts: () => ({ ...counts }),
    finished: () => finished,
    stop: async () => {
      for (const line of lines) line.stop()
      await finished
    },
  }
}

/** A read and a request that is not safe to repeat; only what the service has. */
function operationsInTurn(context: TrafficContext): readonly CompiledOperation[] {
  const ordinary = context.operations.ordinary()
  const read = ordinary.find(({ operation }) => operation.name === 'read' && !operation.mutates) ?? ordinary.find(({ operation }) => !operation.mutates)
  const mutating = ordinary.filter(({ operation }) => operation.mutates)
  const write = mutating.find(({ operation }) => !safeToRepeat.has(operation.method)) ?? mutating[0]
  return [read, write].filter((one) => one !== undefined)
}

interface LineParts {
  readonly context: TrafficContext
  readonly client: ReturnType<TrafficContext['client']>
  readonly counts: { planned: number; ended: number; notOk: number }
  readonly operations: readonly CompiledOperation[]
  readonly onEnd: (how: End) => void
  readonly url: URL
  readonly number: number
  readonly options: KeepAliveOptions
  readonly heldHead?: HeldHead
}

function startLine({ context, client, counts, operations, onEnd, url, number, options, heldHead }: LineParts): { stop(): void; readonly ended: Promise<void> } {
  let how: End | undefined
  let turn = number // half of the connections begin with the other operation
  let waiting: Promise<void> | undefined
  const end = (reason: End): void => {
    if (how !== undefined) return
    how = reason
    onEnd(reason)
    pacer.stop()
    connection.destroy()
  }
  const connection = new Connection({ url, clock: context.clock, nextNumber: () => number, own: true, onIdleClose: () => end('closed-by-server'), ...(heldHead === undefined ? {} : { heldHead }) })
  let heldMs = heldHead === undefined ? 0 : heldTimeoutMs
  const send = async (plannedAtMs: number): Promise<void> => {
    connection.busy = true
    const operation = operations[turn++ % operations.length]!
    const timeoutMs = operation.operation.timeoutMs + heldMs
    heldMs = 0 // only the first one is held
    const { event, exchange } = await client.request({ operation, plannedAtMs, timeoutMs, connection, recorded: false })
    connection.busy = false
    // The server had closed it before anything was written: that is an end, not a request.
    if (exchange?.neverWritten || event.code === connectionEndedCode) return end('closed-by-server')
    counts.ended += 1
    if (event.outcome !== 'ok') counts.notOk += 1
    context.record(event)
    if (event.outcome === 'cancelled') end('stopped')
    else if (event.closeAnnounced) end('told-to-close')
    else if (!connection.usable) end(exchange?.ending === 'complete' ? 'closed-by-server' : 'failed')
  }
  const pacer = new Pacer({
    ratePerSecond: 1_000 / options.everyMs,
    durationMaxMs: options.durationMaxMs,
    clock: context.clock,
    onDue: (plannedAtMs) => {
      // One request at a time on a connection: what is due while the last one is outstanding is left out.
      if (waiting !== undefined || how !== undefined || operations.length === 0) return
      counts.planned += 1
      waiting = send(plannedAtMs).finally(() => (waiting = undefined))
    },
  })
  const planning = { cancel: () => pacer.stop() }
  context.outstanding.add(planning)
  const ended = pacer.ended.then(async () => {
    context.outstanding.delete(planning)
    await waiting
    end('stopped')
  })
  return { stop: () => pacer.stop(), ended }
}
