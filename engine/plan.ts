import type { Driver } from '../core/driver.js'
import type { Outcome } from '../core/outcome.js'
import type { Capability, ProfileName, Requirement, RequirementId, SafetyClass } from '../core/requirement.js'
import type { Scenario, Suite } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { declaredCapabilities, undeclaredText } from '../core/capabilities.js'
import { drainsNodes } from '../core/declarations/node-drain.js'
import { notSelected } from '../core/selection.js'
import { contradictionOf } from '../core/structural-facts.js'
import { requireSoundSuites } from '../core/suite-rules.js'
import type { Skip } from '../core/skip-cause.js'

/** A requirement that is settled before anything runs, and why. */
export interface Settled {
  readonly outcome: Extract<Outcome, 'missing' | 'not-applicable' | 'skipped'>
  readonly reason: string
  /** Of a `skipped` one; a run that was saved earlier may lack it. */
  readonly skip?: Skip
}
export interface PlannedScenario {
  readonly scenario: Scenario
  readonly suite: Suite
  /** The requirements it can judge in this run. */
  readonly selected: ReadonlySet<RequirementId>
  readonly expectedMs: number
}
export interface Plan {
  readonly settled: ReadonlyMap<RequirementId, Settled>
  readonly scenarios: readonly PlannedScenario[]
}

export interface PlanInput {
  readonly suites: readonly Suite[]
  readonly service: ServiceDescriptor
  readonly driver: Driver
  readonly profile: ProfileName
  readonly allow: SafetyClass
  /** Whether somebody said so: permission that nobody spoke of narrows nothing. Default: true. */
  readonly allowWasSaid?: boolean
  /** Undefined: everything. */
  readonly only: ReadonlySet<RequirementId> | undefined
}

const safetyRank: Readonly<Record<SafetyClass, number>> = { safe: 0, disruptive: 1, destructive: 2 }

/** What will be judged, what cannot be and why. Starts nothing. */
export function planRun(input: PlanInput): Plan {
  requireSoundSuites(input.suites)
  const declared = declaredCapabilities(input.service)
  const offered = input.driver.offers(input.service)
  const settled = new Map<RequirementId, Settled>()
  const judged = new Set<RequirementId>()
  for (const requirement of input.suites.flatMap((suite) => suite.requirements)) {
    const answer = settle(requirement, input, declared, offered)
    if (answer === undefined) judged.add(requirement.id)
    else settled.set(requirement.id, answer)
  }
  for (const scenario of input.suites.flatMap((suite) => suite.scenarios)) {
    const lacking = lackingFor(scenario, input, declared, offered)
    if (lacking === undefined) continue
    for (const { requirement } of scenario.checks) {
      if (judged.delete(requirement)) settled.set(requirement, lacking)
    }
  }
  return { settled, scenarios: scenariosFor(judged, input) }
}

/** What a scenario itself cannot do without, beyond what its requirements need. */
function lackingFor(scenario: Scenario, input: PlanInput, declared: ReadonlySet<Capability>, offered: ReadonlySet<Capability>): Settled | undefined {
  const { service, driver, only } = input
  const undeclared = scenario.needs.filter((capability) => !declared.has(capability))
  if (undeclared.length > 0) return { outcome: 'missing', reason: undeclaredText(undeclared, service) }
  if (service.target.replicas.count < scenario.instanceCountMin) {
    return { outcome: 'missing', reason: `the service has ${service.target.replicas.count} replicas, and ${scenario.id} needs ${scenario.instanceCountMin}` }
  }
  const impossible = scenario.needs.filter((capability) => !offered.has(capability))
  return impossible.length > 0 ? notPossible(impossible, { driver, service, only }) : notAllowedDrain(scenario, input)
}

/** What a scenario does to others, whatever its requirements say of the service. */
export const safetyBeyondRequirements = ({ drainsUndeclared }: Scenario, service: ServiceDescriptor): SafetyClass => (drainsUndeclared === true && drainsNodes(service) ? 'destructive' : 'safe')

/** That the descriptor asks for nodes to be drained is the word of whoever owns the service; that others are kept off them needs that of whoever runs this. */
function notAllowedDrain(scenario: Scenario, input: PlanInput): Settled | undefined {
  const safety = safetyBeyondRequirements(scenario, input.service)
  if (safetyRank[safety] <= safetyRank[input.allow]) return undefined
  return { outcome: 'skipped', reason: `it drains a node, which keeps the pods of others off it meanwhile, and needs --allow ${safety}`, skip: { ...notAllowedBy(input), allow: safety } }
}

const notAllowedBy = ({ only, allowWasSaid = true }: PlanInput): Pick<Skip, 'cause' | 'asked'> => ({ cause: 'not-allowed', asked: only !== undefined || !allowWasSaid })

function cannot(impossible: readonly Capability[], { driver, service }: Pick<PlanInput, 'driver' | 'service'>): string {
  const reasons = new Set(impossible.flatMap((one) => driver.whyNot?.(one, service) ?? []))
  return `the ${driver.name} driver cannot do ${impossible.join(', ')}${reasons.size === 0 ? '' : `: ${[...reasons].join('; ')}`}`
}

const notPossible = (impossible: readonly Capability[], { driver, service, only }: Pick<PlanInput, 'driver' | 'service' | 'only'>): Settled =>
  ({ outcome: 'skipped', reason: cannot(impossible, { driver, service }), skip: { cause: 'not-possible', asked: only !== undefined } })

function settle(requirement: Requirement, input: PlanInput, declared: ReadonlySet<Capability>, offered: ReadonlySet<Capability>): Settled | undefined {
  const { service, only } = input
  if (only !== undefined && !only.has(requirement.id)) return { outcome: 'skipped', reason: notSelected, skip: { cause: 'not-selected', asked: false } }
  const { absence } = requirement
  const undeclared = requirement.needs.filter((capability) => !declared.has(capability))
  if (absence.rule === 'na-structural' && service.facts[absence.fact] === absence.equals) {
    const fact = `facts.${absence.fact} is ${String(absence.equals)}`
    // A false fact would be the cheapest way to a good grade: what is declared must not contradict it, all of it or a part.
    const contradiction = contradictionOf(absence.fact, declared)
    if (contradiction !== undefined) return { outcome: 'missing', reason: `${fact}, but ${contradiction} is declared: one of them is wrong` }
    if (undeclared.length === 0) return { outcome: 'missing', reason: `${fact}, but ${requirement.needs.join(' and ')} are declared: one of them is wrong` }
    return { outcome: 'not-applicable', reason: fact }
  }
  if (undeclared.includes('traffic.http')) return { outcome: 'not-applicable', reason: 'the service does not speak HTTP' }
  if (undeclared.length > 0) return absent(requirement, undeclared, service)
  const impossible = requirement.needs.filter((capability) => !offered.has(capability))
  return impossible.length > 0 ? notPossible(impossible, input) : notAllowed(requirement, input)
}

function notAllowed({ safety }: Requirement, input: PlanInput): Settled | undefined {
  const { service, allow } = input
  const skip = notAllowedBy(input)
  if (safetyRank[safety] > safetyRank[allow]) return { outcome: 'skipped', reason: `it is ${safety} and needs --allow ${safety}`, skip: { ...skip, allow: safety } }
  if (safety === 'destructive' && !service.target.disposable) return { outcome: 'skipped', skip, reason: 'it is destructive, and the descriptor does not say target.disposable: true' }
  return undefined
}

function absent(requirement: Requirement, undeclared: readonly Capability[], service: ServiceDescriptor): Settled {
  const justified = service.notApplicable.find((one) => one.requirement === requirement.id)
  if (requirement.absence.rule === 'na-justified' && justified !== undefined) {
    return { outcome: 'not-applicable', reason: `${justified.reason} (${justified.owner}, until ${justified.until})` }
  }
  return { outcome: 'missing', reason: undeclaredText(undeclared, service) }
}

function scenariosFor(judged: ReadonlySet<RequirementId>, { suites, service, profile }: PlanInput): readonly PlannedScenario[] {
  return suites.flatMap((suite) =>
    suite.scenarios
      .map((scenario) => ({
        scenario,
        suite,
        selected: new Set(scenario.checks.map((check) => check.requirement).filter((id) => judged.has(id))),
        expectedMs: scenario.expectedMs(service, profile),
      }))
      .filter(({ selected }) => selected.size > 0),
  )
}
