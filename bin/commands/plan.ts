import { exitCodes } from '../../core/errors.js'
import type { ProfileName, Requirement, SafetyClass } from '../../core/requirement.js'
import { selectRequirements } from '../../core/selection.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { requireKnownOverrides, requireWaiversInForce } from '../../core/waivers.js'
import { leftAlone } from '../../engine/left-alone.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { planRun, safetyBeyondRequirements, type Plan, type PlannedScenario } from '../../engine/plan.js'
import { rehearse, type Rehearsal } from '../../engine/rehearsal.js'
import { thresholdsOf } from '../../engine/run-conformance.js'
import { chooseDriver } from '../choose-driver.js'
import { suitesFor } from '../own-suites.js'
import { referenceDescriptor } from '../package-files.js'
import { redactionFor } from '../without-secrets.js'
import { chooseDescriptor, chooseRandomSeed } from './run.js'

export interface PlanArguments {
  readonly descriptor?: string | undefined
  readonly driver?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly profile: string
  readonly randomSeed?: number | undefined
  readonly allow?: string | undefined
  readonly json: boolean
}

/** `seaworthy plan`: what `run` with the same arguments would do to whom, and what it could not judge. Starts nothing and judges nothing. */
export async function plan(args: PlanArguments): Promise<number> {
  const descriptorPath = chooseDescriptor(args.descriptor)
  const described = loadDescriptor(descriptorPath)
  const suites = await suitesFor(described)
  requireWaiversInForce(described, suites, new Date())
  requireKnownOverrides(described, suites)
  const only = selectRequirements(args.only, suites)
  const isReference = descriptorPath === referenceDescriptor()
  const driver = await chooseDriver(args.driver, described, { isReference })
  const service = (await driver.observe?.(described)) ?? described
  const profile = args.profile as ProfileName
  const allow = isReference ? 'destructive' : ((args.allow as SafetyClass | undefined) ?? 'safe')
  const randomSeed = chooseRandomSeed(args.randomSeed)
  const planned = planRun({ suites, service, driver, profile, allow, allowWasSaid: isReference || args.allow !== undefined, only })
  const thresholds = thresholdsOf({ suites, service, profile })
  const rehearsals = await Promise.all(planned.scenarios.map(({ scenario, selected }) => rehearse(scenario, { service, profile, selected, thresholds, randomSeed, leftAlone: leftAlone(driver, service) })))
  const document = planDocument({ planned, service, requirements: suites.flatMap((suite) => suite.requirements) }, rehearsals, { service: service.name, driver: driver.name, profile, allow, randomSeed })
  const shown = redactionFor(service).value(document)
  process.stdout.write(args.json ? `${JSON.stringify(shown, null, 2)}\n` : planText(shown))
  return exitCodes.ok
}

interface Asked {
  readonly service: string
  readonly driver: string
  readonly profile: ProfileName
  readonly allow: SafetyClass
  readonly randomSeed: number
}

interface Planned {
  readonly planned: Plan
  readonly service: ServiceDescriptor
  readonly requirements: readonly Requirement[]
}
const safetyOrder: readonly SafetyClass[] = ['safe', 'disruptive', 'destructive']

function planDocument({ planned, service, requirements }: Planned, rehearsals: readonly Rehearsal[], asked: Asked) {
  return {
    schema: 'seaworthy-plan/v1',
    ...asked,
    expectedSeconds: seconds(planned.scenarios.reduce((sum, one) => sum + one.expectedMs, 0)),
    scenarios: planned.scenarios.map((one, index) => ({
      id: one.scenario.id,
      title: one.scenario.title,
      expectedSeconds: seconds(one.expectedMs),
      safety: safetyOf(one, { service, requirements }),
      requirements: [...one.selected],
      interventions: rehearsals[index]?.interventions ?? [],
      ...(rehearsals[index]?.cutShort === undefined ? {} : { cutShort: rehearsals[index].cutShort }),
    })),
    notJudged: requirements.flatMap(({ id, title, keyword, level }) => {
      const settled = planned.settled.get(id)
      return settled === undefined ? [] : [{ id, title, keyword, level, ...settled }]
    }),
  }
}
type PlanDocument = ReturnType<typeof planDocument>

const seconds = (ms: number): number => Math.round(ms / 1_000)

/** The strictest permission that any of its requirements needs, or what it does to others. */
const safetyOf = ({ scenario, selected }: PlannedScenario, { service, requirements }: Omit<Planned, 'planned'>): SafetyClass =>
  safetyOrder.findLast((safety) => safetyBeyondRequirements(scenario, service) === safety || requirements.some((one) => selected.has(one.id) && one.safety === safety)) ?? 'safe'

function planText({ service, driver, profile, allow, randomSeed, expectedSeconds, scenarios, notJudged }: PlanDocument): string {
  const lines = [`${service}, ${driver} driver, profile ${profile}, allowed: ${allow}, seed ${randomSeed}`, `${scenarios.length} scenarios, about ${expectedSeconds} s one after the other${driver === 'remote' ? '' : ', and for each a start and a stop of the service'}`, '']
  for (const one of scenarios) {
    lines.push(`${one.id}  (about ${one.expectedSeconds} s, ${one.safety})`, `  ${one.title}`, `  judges ${one.requirements.join(', ')}`)
    for (const line of interventionLines(one.interventions)) lines.push(`    ${line}`)
    if (one.cutShort !== undefined) lines.push(`    further steps depend on what the service answers (${one.cutShort})`)
    lines.push('')
  }
  if (notJudged.length > 0) lines.push('Not judged, and why')
  for (const one of notJudged) lines.push(`  ${one.id.padEnd(9)} ${one.outcome.padEnd(14)} ${one.reason}`)
  return `${lines.join('\n')}\n`
}

/** What is done several times in the same way is one line with a count. */
function interventionLines(interventions: PlanDocument['scenarios'][number]['interventions']): string[] {
  const counts = new Map<string, number>()
  for (const { name, target, how, undo } of interventions) {
    const line = `${name} ${target}: ${how}; undo: ${undo}`
    counts.set(line, (counts.get(line) ?? 0) + 1)
  }
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`))
}
