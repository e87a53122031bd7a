import type { ScenarioContext } from '../../core/scenario.js'
import { collectedOf, totalOf } from './collected.js'
import { collectorAddress, collectorReadings, crashIntervention, exceptionsFact, provokedLoad, type ExceptionsFact } from './names.js'

/** Two readings that agree, so far apart, are taken for all that is on its way. */
const steadyMs = 300
const steadyWithinMs = 10_000
const together = 5
const endsWithinMs = 5_000

/** Makes the collector known as an address, and says what is declared. */
function prepare(context: ScenarioContext): boolean {
  const { exceptions } = context.service.observability ?? {}
  const component = context.components.find(({ name }) => name === exceptions?.component)
  if (exceptions === undefined || component === undefined) return false
  context.traffic.address(collectorAddress, new URL(`http://${component.host}:${component.port}`))
  const fact: ExceptionsFact = { instances: context.instances.map(({ id }) => id), types: exceptions.kinds.map(({ type }) => type), fields: exceptions.fields }
  context.fact(exceptionsFact, fact)
  return true
}

/** How many exceptions the collector has in all, or undefined. */
async function readCollector(context: ScenarioContext, name: string): Promise<number | undefined> {
  const { exceptions } = context.service.observability ?? {}
  if (exceptions === undefined) return undefined
  const { value } = await context.traffic.readValue({ name, probe: exceptions.events, via: collectorAddress })
  const found = collectedOf(value, exceptions.fields)
  return found === undefined ? undefined : totalOf(found)
}

/** Reads until nothing more arrives, so that what was on its way before is not counted. */
async function readSteady(context: ScenarioContext, name: string): Promise<number> {
  let last = await readCollector(context, name)
  await context.until('nothing more reaches the collector', async () => {
    await context.pause(steadyMs)
    const now = await readCollector(context, name)
    const steady = now !== undefined && now === last
    last = now
    return steady
  }, steadyWithinMs)
  return last ?? 0
}

/** EXCP-01: requests that provoke exceptions of two kinds, and what the collector has of them. */
export async function provokeExceptions(context: ScenarioContext): Promise<void> {
  const { exceptions } = context.service.observability ?? {}
  if (exceptions === undefined || !prepare(context)) return
  context.step('exceptions of two kinds')
  const before = await readSteady(context, collectorReadings.before)
  const [many, few] = exceptions.kinds
  const plan = [many, few].flatMap((kind, index) => (kind === undefined ? [] : Array.from({ length: context.threshold('EXCP-01', index === 0 ? 'x' : 'y') }, () => kind)))
  for (let from = 0; from < plan.length; from += together) {
    await Promise.all(plan.slice(from, from + together).map(({ type, operation }) => context.traffic.send({ load: provokedLoad(type), operation, via: 'balancer' })))
  }
  context.step('what the collector has of them')
  const wanted = before + plan.length
  await context.until('the collector has every exception', async () => ((await readCollector(context, collectorReadings.after)) ?? 0) >= wanted, context.threshold('EXCP-01', 'visible_within_s') * 1_000)
  // One more look: what was reported twice comes late.
  await context.pause(steadyMs)
  await readCollector(context, collectorReadings.after)
}

/** EXCP-02: processes that end by an exception, in turn on each instance, and what the collector has of them after they are back. */
export async function provokeCrashes(context: ScenarioContext): Promise<void> {
  const crash = context.service.observability?.exceptions?.crash
  if (crash === undefined || !prepare(context)) return
  context.step('processes that end by an exception')
  const before = await readSteady(context, collectorReadings.beforeCrashes)
  const crashes = context.threshold('EXCP-02', 'crashes')
  const shares = context.instances.map((instance, index) => ({ instance, count: Math.floor(crashes / context.instances.length) + (index < crashes % context.instances.length ? 1 : 0) }))
  const probe = { path: context.service.health.readinessPath, pointer: '' }
  await Promise.all(
    shares.map(async ({ instance: { id }, count }) => {
      for (let done = 0; done < count && !context.signal.aborted; done++) {
        const { boot } = await context.traffic.readValue({ name: 'boot', probe, via: id })
        await context.control.perform(crash, { name: crashIntervention, target: id })
        await context.until(`the process of ${id} has ended`, async () => {
          const now = await context.traffic.readValue({ name: 'boot', probe, via: id })
          return now.boot === undefined ? now.outcome === 'refused' : now.boot !== boot
        }, endsWithinMs)
        await context.untilReady(id, context.service.lifecycle.startTimeoutMs)
      }
    }),
  )
  context.step('what the collector has of them')
  await context.until('the collector has every crash', async () => ((await readCollector(context, collectorReadings.afterCrashes)) ?? 0) >= before + crashes, context.threshold('EXCP-02', 'visible_within_s') * 1_000)
  await readCollector(context, collectorReadings.afterCrashes)
}
