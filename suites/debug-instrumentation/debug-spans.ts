import type { ScenarioContext } from '../../core/scenario.js'
import { levelIntervention, levelsFact, logReading, logsFact, spanLoads, spanReadings, type LevelsFact, type LogsFact } from './names.js'

const id = 'DBUG-02'
const ratePerSecond = 50
/** What a request that has ended writes last. */
const writtenMs = 200

/** How long the spans take together. */
export const debugSpansMs = (spanSeconds: number): number => 3 * (spanSeconds * 1_000 + writtenMs)

/** The same load three times: as usual, with debug output of one module, and after that was switched off again. */
export async function switchDebug(context: ScenarioContext): Promise<void> {
  const { logs } = context.service.observability ?? {}
  const [module] = logs?.levels?.modules ?? []
  if (logs?.levels === undefined || module === undefined) return
  const { modules, debug, usual } = logs.levels
  const instances = context.instances.map((one) => one.id)
  const plan: LogsFact = { instances, fields: logs.fields }
  const fact: LevelsFact = { module, modules, debug }
  context.fact(logsFact, plan)
  context.fact(levelsFact, fact)
  await readLogs(context, logReading) // what was written before belongs to no span
  await span(context, spanLoads.usual, spanReadings.usual)
  await setLevel(context, module, debug)
  await readLogs(context, spanReadings.settling)
  await span(context, spanLoads.debug, spanReadings.debug)
  await setLevel(context, module, usual)
  await context.pause(writtenMs)
  await readLogs(context, spanReadings.settling)
  await span(context, spanLoads.after, spanReadings.after)
}

async function span(context: ScenarioContext, load: string, reading: string): Promise<void> {
  context.step(`${load}: what is written under load`)
  const durationMaxMs = context.threshold(id, 'span_s') * 1_000
  await context.traffic.start({ name: load, ratePerSecond, operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs }).finished()
  await context.pause(writtenMs)
  await readLogs(context, reading)
}

async function setLevel(context: ScenarioContext, module: string, level: string): Promise<void> {
  const levels = context.service.observability?.logs?.levels
  if (levels === undefined) return
  context.step(`module ${module} is set to ${level}`)
  for (const { id: target } of context.instances) await context.control.perform(levels.set, { name: levelIntervention, target, label: level, values: { module, level } })
  await context.pause(Math.min(levels.effectiveWithinMs, context.threshold(id, 'back_within_s') * 1_000))
}

const readLogs = (context: ScenarioContext, name: string): Promise<unknown> => Promise.all(context.instances.map((one) => context.readLog(name, one.id)))
