import type { DatabaseCounters } from '../../core/declarations/database.js'
import type { DeployedComponent } from '../../core/driver.js'
import type { Performed, Procedure, ProcedureValues } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'

/** The servers of a replicated database, as components of the deployment. */
export interface Servers {
  readonly primary: DeployedComponent | undefined
  readonly replicas: readonly DeployedComponent[]
}

/** Value of an observation `database-counters` of one server. */
export interface CountersObservation {
  readonly when: string
  readonly counters?: DatabaseCounters
  readonly error?: string
}

/** Value of an observation `held-keys`: which of the keys that were asked for one server held. Without `held` it could not be asked. */
export interface HeldKeysObservation {
  readonly why: string
  readonly asked: readonly string[]
  readonly held?: readonly string[]
}

/** Value of the fact `database-plan`: what is declared, and so what a check may expect to find. */
export interface DatabasePlan {
  readonly primary: string | null
  readonly replicas: readonly string[]
  readonly counters: boolean
  readonly lookUp: boolean
  readonly replay: boolean
  readonly maxLagMs: number
  /** Ordinary reads tell the value in a known place. */
  readonly valueRead: boolean
  readonly staleMarker: boolean
}

export const serversOf = ({ components }: ScenarioContext): Servers => ({
  primary: components.find((one) => one.role === 'db-primary'),
  replicas: components.filter((one) => one.role === 'db-replica'),
})

/** Carries out a procedure that is about one server: a command by nobody in particular, a request through the balancer. */
export function ask(context: ScenarioContext, server: DeployedComponent, options: { readonly procedure: Procedure; readonly name: string; readonly values?: ProcedureValues; readonly witness?: () => Promise<string | undefined> }): Promise<Performed> {
  const { procedure, name, values, witness } = options
  return context.control.perform(procedure, {
    name,
    target: procedure.via === 'exec' ? 'operator' : 'balancer',
    label: server.name,
    values: { database: server.name, databaseHost: server.host, databasePort: String(server.port), ...values },
    ...(witness === undefined ? {} : { witness }),
  })
}

/** Reads the counters of every server that can be asked, and records them. */
export async function readCounters(context: ScenarioContext, when: string): Promise<void> {
  const procedure = context.service.database?.counters
  if (procedure === undefined) return
  const { primary, replicas } = serversOf(context)
  await Promise.all(
    [...(primary === undefined ? [] : [primary]), ...replicas].map(async (server) => {
      const performed = await ask(context, server, { procedure, name: 'database-counters' })
      const counters = performed.ok ? countersIn(performed.output) : undefined
      const value: CountersObservation = { when, ...(counters === undefined ? { error: performed.error ?? `printed ${performed.output.slice(0, 80)}` } : { counters }) }
      context.observe('database-counters', server.name, value)
    }),
  )
}

function countersIn(output: string): DatabaseCounters | undefined {
  const document = json(output) as Partial<Record<keyof DatabaseCounters, unknown>> | undefined
  const { reads, writes, refused } = document ?? {}
  return typeof reads === 'number' && typeof writes === 'number' && typeof refused === 'number' ? { reads, writes, refused } : undefined
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Which of these keys a server holds, past the service; undefined when it could not be asked. Recorded with the span of the question. */
export async function heldKeys(context: ScenarioContext, server: DeployedComponent, { keys, why }: { readonly keys: readonly string[]; readonly why: string }): Promise<ReadonlySet<string> | undefined> {
  const procedure = context.service.database?.lookUp
  if (procedure === undefined || keys.length === 0) return undefined
  const sentAtMs = context.now()
  const performed = await ask(context, server, { procedure, name: 'look-up', values: { keys: keys.join(',') } })
  const found = performed.ok ? json(performed.output) : undefined
  const held = Array.isArray(found) ? keys.filter((key) => found.includes(key)) : undefined
  const value: HeldKeysObservation & { readonly sentAtMs: number } = { why, asked: keys, ...(held === undefined ? {} : { held }), sentAtMs }
  context.observe('held-keys', server.name, value)
  return held === undefined ? undefined : new Set(held)
}

/** Writes one key through the service that nobody has written before. Undefined when that failed. */
export async function writeMarker(context: ScenarioContext, load: string): Promise<string | undefined> {
  const write = context.service.data?.write
  if (write === undefined) return undefined
  const key = context.traffic.newKey()
  const { outcome } = await context.traffic.send({ load, operation: write, via: 'balancer', key })
  return outcome === 'ok' || outcome === 'degraded' ? key : undefined
}

/** Writes a marker and waits until every read replica holds it. Whether they do; true when nobody can be asked. */
export async function caughtUp(context: ScenarioContext, why: string, timeoutMs: number): Promise<boolean> {
  if (context.service.database?.lookUp === undefined) return true
  let marker: string | undefined
  const holding = new Set<string>()
  return context.until(
    why,
    async () => {
      marker ??= await writeMarker(context, 'markers of freshness')
      const keys = marker === undefined ? [] : [marker]
      for (const server of serversOf(context).replicas) {
        if (!holding.has(server.name) && (await heldKeys(context, server, { keys, why }))?.size === 1) holding.add(server.name)
      }
      return holding.size === serversOf(context).replicas.length
    },
    timeoutMs,
  )
}
