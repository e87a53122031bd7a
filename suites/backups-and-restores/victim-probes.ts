import type { Load, ScenarioContext } from '../../core/scenario.js'
import { named } from './operations.js'
import { logIn, readObjects, writeObject, type Accounts, type ObjectState, type Person } from './people.js'

/** What the user of the account does while it is restored; the loads of its requests. */
export const victimLoads = { restored: 'victim-reads-restored-data', unrelated: 'victim-reads-unrelated-data', writes: 'victim-writes', logins: 'victim-logs-in', member: 'group-member-reads' } as const
const perSecond = { restored: 4, unrelated: 3, writes: 4, logins: 1, member: 2 } as const
const timeoutMs = 2_000
const durationMaxMs = 300_000

export interface VictimProbes {
  readonly written: readonly ObjectState[]
  stop(): Promise<void>
}
export interface ProbeOptions {
  readonly victim: Person
  readonly password: string
  /** An object of the account that nobody touches: it is there before, during and after. */
  readonly untouched: ObjectState
  readonly member: { readonly person: Person; readonly shared: ObjectState } | undefined
}

/** Ten requests a second of the account itself, on the session it has, and two of a member of its group. */
export function startVictimProbes(accounts: Accounts, { victim, password, untouched, member }: ProbeOptions): VictimProbes {
  const { context } = accounts
  const unrelated = context.service.data?.readOrdinary ?? context.service.data?.readStrong
  const loads: Load[] = [reads(context, victimLoads.restored, { person: victim, object: untouched, ratePerSecond: perSecond.restored })]
  if (unrelated !== undefined) loads.push(context.traffic.start({ name: victimLoads.unrelated, ratePerSecond: perSecond.unrelated, operations: [unrelated], via: 'balancer', connections: 'keep-alive', durationMaxMs, timeoutMs }))
  if (member !== undefined) loads.push(reads(context, victimLoads.member, { person: member.person, object: member.shared, ratePerSecond: perSecond.member }))
  const written: ObjectState[] = []
  let stopped = false
  const repeat = async (ratePerSecond: number, one: (turn: number) => Promise<unknown>): Promise<void> => {
    for (let turn = 0; !stopped && !context.signal.aborted; turn++) {
      const nextAtMs = context.now() + 1_000 / ratePerSecond
      await one(turn)
      if (!stopped) await context.pause(Math.max(1, nextAtMs - context.now()))
    }
  }
  const running = Promise.all([
    repeat(perSecond.writes, async (turn) => {
      const object = { type: untouched.type, name: `during-${turn}`, value: `written during the restore ${turn}` }
      written.push(object)
      await writeObject(context, { load: victimLoads.writes, person: victim, object, timeoutMs })
    }),
    repeat(perSecond.logins, () => logIn(accounts, { load: victimLoads.logins, account: victim.account, password })),
  ])
  running.catch(() => {}) // the scenario was cut; whoever stops them is told
  return {
    written,
    stop: async () => {
      stopped = true
      await Promise.all([running, ...loads.map((load) => load.stop())])
    },
  }
}

function reads(context: ScenarioContext, name: string, { person, object, ratePerSecond }: { readonly person: Person; readonly object: ObjectState; readonly ratePerSecond: number }): Load {
  return context.traffic.start({
    name,
    ratePerSecond,
    operations: [named(object.type.read, 'object.read')],
    values: { account: person.account, name: object.name, token: person.token, value: object.value ?? '' },
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs,
    timeoutMs,
  })
}

/** What became of the account's own writes: requests of load `victim-writes-after`. */
export const readVictimWrites = (context: ScenarioContext, victim: Person, written: readonly ObjectState[]): Promise<void> =>
  readObjects(context, victim, { load: 'victim-writes-after', objects: written })

