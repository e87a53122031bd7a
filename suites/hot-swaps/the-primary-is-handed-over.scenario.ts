import type { Handover } from '../../core/declarations/swap.js'
import type { AppliedFault, Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { handoverObservation, promoteName, readBackLoad, writeLoad, type HandoverEdge } from './names.js'
import { noWriteIsLostInAHandover } from './no-write-is-lost-in-a-handover.check.js'

const id = 'SWAP-03'

export const scenario: Scenario = {
  id: 'hot-swaps/the-primary-is-handed-over',
  title: 'The primary role is handed over, and no acknowledged write is lost',
  needs: ['swap.handover', 'topology.swap', 'data.write', 'data.read.strong'],
  instanceCountMin: 1,
  expectedMs: ({ data }: ServiceDescriptor) => 20_000 + (data?.maxLagMs ?? 0),
  exercise,
  checks: [noWriteIsLostInAHandover],
}

const ratePerSecond = { quick: 50, standard: 100, thorough: 100 } as const
/** Writes around each handover: enough for what a pass needs of the last second. */
const aroundMs = 1_500

async function exercise(context: ScenarioContext): Promise<void> {
  const handover = context.service.swap!.handover!
  const write = context.service.data!.write
  context.fact('write-interruption-ms', handover.writeInterruptionMs)
  const load = context.traffic.start({ name: writeLoad, ratePerSecond: ratePerSecond[context.profile], operations: [write], via: 'balancer', connections: 'keep-alive', durationMaxMs: 600_000 })
  let turn: Turn | undefined = { handover, load, number: 1, led: undefined }
  while (turn !== undefined && turn.number <= context.threshold(id, 'handovers')) turn = await handOver(context, turn)
  await load.stop()
  context.step('every write is read back')
  await context.traffic.reconcile({ load: readBackLoad, convergenceMs: Math.max(2_000, 2 * context.service.data!.maxLagMs) })
}

interface Turn {
  readonly handover: Handover
  readonly load: Load
  readonly number: number
  /** While the name of the primary leads to the standby's place. */
  readonly led: AppliedFault | undefined
}

/** There and, with the next turn, back again. Undefined: it did not succeed, and nothing more may be taken away. */
async function handOver(context: ScenarioContext, { handover, load, number, led }: Turn): Promise<Turn | undefined> {
  const back = led !== undefined
  const from = back ? handover.standby : handover.primary
  const to = back ? handover.primary : handover.standby
  const startMs = context.service.lifecycle.startTimeoutMs
  // A standby that is still being made could not be promoted: that is nobody's failure.
  if (!(await Promise.all([from, to].map((name) => context.untilComponentReady(name, startMs)))).every(Boolean)) return undefined
  const addressOf = (name: string) => context.components.find((one) => one.name === name)!
  const edge = (value: HandoverEdge['edge']): void => context.observe(handoverObservation, String(number), { edge: value, from, to } satisfies HandoverEdge)
  const [old, next] = [addressOf(from), addressOf(to)]
  await context.pause(aroundMs)
  context.step(`the role of ${from} is handed over to ${to}`)
  edge('begin')
  const values = { primaryHost: old.host, primaryPort: String(old.port), standbyHost: next.host, standbyPort: String(next.port) }
  const { ok } = await context.control.perform(handover.promote, { name: promoteName, target: 'operator', label: `handover ${number}`, values })
  const acknowledged = (): number => load.counts().ended - load.counts().notOk
  const now = ok ? await leadName(context, { name: handover.primary, led, to: next }) : led
  edge('led')
  const seen = acknowledged()
  const resumed = ok && (await context.until('writes are acknowledged again', () => acknowledged() > seen, handover.writeInterruptionMs))
  if (!resumed) return void edge('end')
  context.step(`a fresh standby takes the place of ${from}`)
  await context.control.replaceComponent(from, { address: 'same', data: 'empty', label: `rejoin ${number}`, ...(back ? {} : { changes: filled(handover.rejoin, next) }) })
  edge('fenced')
  await context.pause(aroundMs)
  edge('end')
  return { handover, load, number: number + 1, led: now }
}

/** Away from its own place, or back to it. */
async function leadName(context: ScenarioContext, { name, led, to }: { readonly name: string; readonly led: AppliedFault | undefined; readonly to: { readonly host: string; readonly port: number } }): Promise<AppliedFault | undefined> {
  if (led === undefined) return context.control.redirectDependency(name, { host: to.host, port: to.port })
  await led.undo()
  return undefined
}

function filled({ command, env }: Handover['rejoin'], { host, port }: { readonly host: string; readonly port: number }): { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const fill = (text: string): string => text.replaceAll('{primaryHost}', host).replaceAll('{primaryPort}', String(port))
  return { command: command.map(fill), env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, fill(text)])) }
}
