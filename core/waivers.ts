import { SeaworthyError } from './errors.js'
import { nearMisses } from './near-miss.js'
import type { Suite } from './scenario.js'
import type { ServiceDescriptor, Waiver } from './service-descriptor.js'
import { valueProblem } from './threshold-rules.js'

/**
 * Waivers and not-applicable entries must name a requirement of the checklist and not have run out: an exception that no
 * longer holds must be renewed by a person, not carried along, and one for ever would never be. Throws SW_WAIVER_UNMATCHED, SW_WAIVER_EXPIRED,
 * SW_WAIVER_TOO_LONG.
 */
export function requireWaiversInForce(service: ServiceDescriptor, suites: readonly Suite[], today: Date): void {
  const known = new Set<string>(suites.flatMap((suite) => suite.requirements).map((one) => one.id))
  const date = today.toISOString().slice(0, 10)
  const latest = aYearAfter(today)
  for (const { requirement, owner, until } of [...service.waivers, ...service.notApplicable]) {
    if (!known.has(requirement)) {
      throw new SeaworthyError('SW_WAIVER_UNMATCHED', `while reading the exceptions of ${service.name}: ${requirement} is not a requirement of this checklist${suggestion(requirement, [...known])}`, { hint: 'seaworthy list shows all requirements.' })
    }
    if (until > latest) {
      throw new SeaworthyError('SW_WAIVER_TOO_LONG', `while reading the exceptions of ${service.name}: the one for ${requirement} holds until ${until}, expected ${latest} at the latest`, { hint: 'An exception is looked at again at least once a year.' })
    }
    if (until < date) {
      throw new SeaworthyError('SW_WAIVER_EXPIRED', `while reading the exceptions of ${service.name}: the one for ${requirement} ran out on ${until}, today is ${date}`, { hint: `Ask ${owner} to renew it, or remove it.` })
    }
  }
}

/** Waivers of a saved run that still hold today, and those that ran out since. */
export function waiversToday(waivers: readonly Waiver[], today: Date): { readonly inForce: readonly Waiver[]; readonly expired: readonly Waiver[] } {
  const date = today.toISOString().slice(0, 10)
  return { inForce: waivers.filter(({ until }) => until >= date), expired: waivers.filter(({ until }) => until < date) }
}

function aYearAfter(today: Date): string {
  const latest = new Date(today)
  latest.setUTCFullYear(latest.getUTCFullYear() + 1)
  return latest.toISOString().slice(0, 10)
}

/**
 * An override that is misspelt would leave the threshold as it was, and one of another form would make a check throw.
 * Throws SW_OVERRIDE_UNKNOWN.
 */
export function requireKnownOverrides(service: ServiceDescriptor, suites: readonly Suite[]): void {
  const requirements = suites.flatMap((suite) => suite.requirements)
  for (const [id, values] of Object.entries(service.overrides)) {
    const requirement = requirements.find((one) => one.id === id)
    if (requirement === undefined) throw overrideUnknown(service, id, `is not a requirement of this checklist${suggestion(id, requirements.map((one) => one.id))}`)
    for (const [key, value] of Object.entries(values ?? {})) {
      const threshold = requirement.thresholds.find((one) => one.key === key)
      if (threshold === undefined) {
        const keys = requirement.thresholds.map((one) => one.key)
        throw overrideUnknown(service, `${id}.${key}`, `is not a threshold${suggestion(key, keys) || (keys.length === 0 ? ': this requirement has none' : `, expected one of ${keys.join(', ')}`)}`)
      }
      const expected = valueProblem(threshold, value)
      if (expected !== undefined) throw overrideUnknown(service, `${id}.${key}`, `found ${JSON.stringify(value)}, expected ${expected}`)
    }
  }
}

function suggestion(written: string, known: readonly string[]): string {
  const near = nearMisses(written, known)
  return near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`
}
const overrideUnknown = (service: ServiceDescriptor, place: string, problem: string): SeaworthyError =>
  new SeaworthyError('SW_OVERRIDE_UNKNOWN', `while reading the overrides of ${service.name}: ${place} ${problem}`, { hint: 'seaworthy explain ID shows the thresholds of a requirement.' })
