import type { AuditedAction } from '../../core/declarations/observability.js'
import { atJsonPointer } from '../../core/json-pointer.js'
import type { Performed, Procedure, ProcedureValues } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { actionObservation, auditFact, backObservation, killLabel, recordReadings, tamperObservation, type Action, type AuditFact, type Tampering } from './names.js'

const nobody = 'seaworthy-does-not-exist'
const recordsReadWithinMs = 10_000
const brokenConfiguration = '{ this: is: no [configuration'

interface Planned {
  readonly kind: AuditedAction
  readonly procedure: Procedure
  readonly via: string
  readonly values?: ProcedureValues
  readonly expectedTarget?: string
  readonly refused?: true
}
interface Actor {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
}

/** AUDT-01: actions of two operators, the death of every instance, and then the records and attempts to change them. */
export async function auditOperators(context: ScenarioContext): Promise<void> {
  const { audit } = context.service.observability ?? {}
  if (audit === undefined) return
  const instances = context.instances.map(({ id }) => id)
  const fact: AuditFact = { instances, fields: audit.fields, outcomes: audit.outcomes }
  context.fact(auditFact, fact)
  context.step('actions of two operators')
  const planned = (await plan(context)).filter(({ kind }) => audit.actions[kind] !== undefined)
  for (const [index, one] of planned.entries()) {
    const actor = audit.actors[index % audit.actors.length]
    if (actor !== undefined) await carryOut(context, { ...one, word: audit.actions[one.kind] ?? '' }, actor)
  }
  context.step('every instance is killed after the last answer')
  await context.control.kill(instances, killLabel)
  await Promise.all(instances.map(async (id) => context.observe(backObservation, id, { ready: await context.untilReady(id, context.service.lifecycle.startTimeoutMs) })))
  // The records are asked for through the balancer, which notices a moment later.
  await Promise.all(instances.map((id) => context.untilInRotation(id, true, context.service.lifecycle.startTimeoutMs)))
  context.step('the audit records')
  const records = await untilRead(context, recordReadings.whole)
  const [first] = audit.actors
  if (first !== undefined) await tamper(context, records, first)
}

/** Kinds in turn, those that must be refused among them; feature and configuration end as they began. */
async function plan(context: ScenarioContext): Promise<readonly Planned[]> {
  const { toggles, config, lifecycle, backup, observability } = context.service
  const [feature] = toggles?.features ?? []
  const last = context.instances.at(-1)?.id
  const text = await currentConfiguration(context)
  if (toggles === undefined || feature === undefined || config?.apply === undefined || backup === undefined || lifecycle.drain === undefined || last === undefined || text === undefined) return []
  const flip = (on: boolean): Planned => ({ kind: 'toggle', procedure: on ? toggles.switchOn : toggles.switchOff, via: 'balancer', values: { feature: feature.name }, expectedTarget: feature.name })
  const given = async (name: string, configuration: string): Promise<ProcedureValues> => ({ configuration, file: await context.files.write(name, configuration) })
  return [
    flip(!feature.default),
    { kind: 'configure', procedure: config.apply, via: 'balancer', values: await given('configuration-in-force', text) },
    { kind: 'toggle', procedure: toggles.switchOn, via: 'balancer', values: { feature: nobody }, expectedTarget: nobody, refused: true },
    { kind: 'drain', procedure: lifecycle.drain, via: last, expectedTarget: last },
    ...(lifecycle.undrain === undefined ? [] : [{ kind: 'undrain' as const, procedure: lifecycle.undrain, via: last, expectedTarget: last }]),
    { kind: 'backup', procedure: observability?.audit?.backup ?? backup.create, via: 'balancer', values: { file: context.files.path('audited-backup') } },
    { kind: 'configure', procedure: config.apply, via: 'balancer', values: await given('configuration-broken', brokenConfiguration), refused: true },
    flip(feature.default),
  ]
}

async function currentConfiguration(context: ScenarioContext): Promise<string | undefined> {
  const archive = context.service.config?.archive
  const [first] = context.instances
  if (archive === undefined || first === undefined) return undefined
  const { ok, output } = await context.control.perform(archive, { name: 'config.archive', target: archive.via === 'exec' ? 'operator' : first.id, label: 'in force' })
  return ok ? output : undefined
}

async function carryOut(context: ScenarioContext, { kind, word, procedure, via, values, expectedTarget, refused }: Planned & { readonly word: string }, actor: Actor): Promise<void> {
  const fromEpochMs = Date.now()
  const performed = await performAs(context, procedure, { name: `audited.${kind}`, via, actor, ...(values === undefined ? {} : { values }) })
  const action: Action = {
    kind,
    word,
    actor: actor.name,
    ...(expectedTarget === undefined ? {} : { target: expectedTarget }),
    refused: refused === true,
    ok: performed.ok,
    answered: performed.status !== undefined || performed.exitCode !== undefined,
    fromEpochMs,
    toEpochMs: Date.now(),
  }
  context.observe(actionObservation, via, action)
}

interface AsActor {
  readonly name: string
  readonly via: string
  readonly actor: Actor
  readonly values?: ProcedureValues
}
/** A request carries the headers of the operator; a command is told the name. */
function performAs(context: ScenarioContext, procedure: Procedure, { name, via, actor, values }: AsActor): Promise<Performed> {
  const own = procedure.via === 'http' ? { ...procedure, headers: { ...procedure.headers, ...actor.headers } } : procedure
  return context.control.perform(own, { name, target: procedure.via === 'exec' ? 'operator' : via, label: actor.name, values: { ...values, actor: actor.name } })
}

/** A balancer that is not ours may still send a reading to where a replica was before it was killed. */
async function untilRead(context: ScenarioContext, name: string): Promise<readonly unknown[]> {
  let records: readonly unknown[] | undefined
  await context.until('the audit records are read', async () => (records = await readRecords(context, name)) !== undefined, recordsReadWithinMs)
  return records ?? []
}

/** Undefined: they were not read, or are no list. */
async function readRecords(context: ScenarioContext, name: string): Promise<readonly unknown[] | undefined> {
  const { audit } = context.service.observability ?? {}
  if (audit === undefined) return undefined
  const [reader] = audit.actors
  const { value } = await context.traffic.readValue({ name, probe: { ...audit.records, headers: { ...audit.records.headers, ...reader?.headers } }, via: 'balancer', timeoutMs: 5_000 })
  return Array.isArray(value) ? value : undefined
}

/** Which record does not matter: the first that the list names. */
async function tamper(context: ScenarioContext, records: readonly unknown[], actor: Actor): Promise<void> {
  const { audit } = context.service.observability ?? {}
  const record = atJsonPointer(records[0], audit?.fields.id ?? '')
  if (audit === undefined || (typeof record !== 'string' && typeof record !== 'number')) return
  context.step('attempts to change and to remove a record')
  for (const attempt of ['change', 'remove'] as const) {
    const { ok, status, exitCode } = await performAs(context, audit[attempt], { name: `audit.${attempt}`, via: 'balancer', actor, values: { record: String(record) } })
    const tampering: Tampering = { attempt, record: String(record), ok, answered: status !== undefined || exitCode !== undefined }
    context.observe(tamperObservation, 'audit', tampering)
  }
  await untilRead(context, recordReadings.tampered)
}
