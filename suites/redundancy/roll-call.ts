import type { ScenarioContext, TrafficControls } from '../../core/scenario.js'
import type { DataOperations } from '../../core/service-descriptor.js'
import { tokenAt } from './replica-pairs.js'

/** Value of an observation `roll-call`: how one declared operation did when all were called at one time. */
export interface RollCallObservation {
  /** 'before' any fault, or the replica that was gone. */
  readonly when: string
  readonly operation: string
  readonly attempts: number
  readonly ok: number
  readonly detail: string // of the first failed attempt, or ''
}

export const rollCallLoad = (when: string): string => `roll call ${when}`
export const rollCallAttempts = 3
/** Opening and resuming a session, as one call. Operations of the descriptor have no dot in their names. */
export const sessionCall = 'data.session'

type Answer = Awaited<ReturnType<TrafficControls['send']>>
const succeeded = (answer: Answer): boolean => answer.outcome === 'ok' || answer.outcome === 'degraded'

export interface RollCall {
  /** Calls every declared operation, data operation and session through the balancer, and observes how each did. */
  call(when: string): Promise<void>
}

/**
 * Writes one record that all later reads ask for, and lets it reach every reader: a read of something newer could miss it
 * because of the declared lag, which says nothing about the replica that is gone.
 */
export async function prepareRollCall(context: ScenarioContext): Promise<RollCall> {
  const { data } = context.service
  const key = context.traffic.newKey()
  if (data !== undefined) {
    await context.traffic.send({ load: rollCallLoad('preparation'), operation: data.write.name, via: 'balancer', key })
    await context.pause(data.maxLagMs)
  }
  const names = [...callsOf(context, { send: async () => ({ outcome: 'cancelled' }), key }).keys()]
  context.fact('roll-call', names)
  return {
    async call(when) {
      const send: Send = (operation, more = {}) => context.traffic.send({ load: rollCallLoad(when), operation, via: 'balancer', fresh: true, ...more })
      const calls = callsOf(context, { send, key })
      await Promise.all([...calls].map(([operation, run]) => callOne(context, { when, operation, run })))
    },
  }
}

type Send = (operation: string, more?: { readonly key?: string; readonly token?: string }) => Promise<Answer>

/** What can be called by itself; an operation that needs a token is part of the session. */
function callsOf(context: ScenarioContext, { send, key }: { readonly send: Send; readonly key: string }): Map<string, () => Promise<Answer>> {
  const { data, traffic } = context.service
  const calls = new Map<string, () => Promise<Answer>>()
  for (const operation of Object.values(traffic)) {
    if (!JSON.stringify(operation).includes('{token}')) calls.set(operation.name, () => send(operation.name))
  }
  if (data === undefined) return calls
  calls.set(data.write.name, () => send(data.write.name, { key: context.traffic.newKey() }))
  for (const read of [data.readOrdinary, data.readStrong]) if (read !== undefined) calls.set(read.name, () => send(read.name, { key }))
  const { session } = data
  if (session !== undefined) calls.set(sessionCall, () => oneSession(send, context.traffic.newKey(), session))
  return calls
}

async function oneSession(send: Send, key: string, { open, tokenPointer, resume }: NonNullable<DataOperations['session']>): Promise<Answer> {
  const opened = await send(open.name, { key })
  if (!succeeded(opened)) return opened
  const token = tokenAt(opened.body, tokenPointer)
  return token === undefined ? { outcome: 'wrong-content' } : send(resume.name, { key, token })
}

/** A call that the harness gave up is no attempt. */
async function callOne(context: ScenarioContext, one: { readonly when: string; readonly operation: string; readonly run: () => Promise<Answer> }): Promise<void> {
  const answers = (await Promise.all(Array.from({ length: rollCallAttempts }, () => one.run()))).filter((answer) => answer.outcome !== 'cancelled')
  const failure = answers.find((answer) => !succeeded(answer))
  const value: RollCallObservation = {
    when: one.when,
    operation: one.operation,
    attempts: answers.length,
    ok: answers.filter(succeeded).length,
    detail: failure === undefined ? '' : `${failure.outcome}${failure.status === undefined ? '' : ` ${failure.status}`}`,
  }
  context.observe('roll-call', one.operation, value)
}
