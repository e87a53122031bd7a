import { greatestOf } from '../../core/extremes.js'
import { numberThreshold, thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { FaultKind } from './names.js'
import { requirements } from './requirements.js'

/** Some soft components made unfit in one way, at the same time. */
export interface FaultArm {
  readonly components: readonly string[]
  readonly kind: FaultKind
  readonly lastsMs: number
}

export type ThresholdOf = (id: `DEGR-${number}`, key: string) => number

/** The thresholds of a profile, as a scenario's context gives them. */
export function thresholdsOf(service: ServiceDescriptor, profile: ProfileName): ThresholdOf {
  return (id, key) => {
    const requirement = requirements.find((one) => one.id === id)
    if (requirement === undefined) throw new Error(`no requirement ${id}`)
    return numberThreshold(thresholdValues(requirement, profile, service.overrides[id]), key)
  }
}

export const crawlMs = 10_000

/**
 * Each soft component refuses, then each is silent, so that one recovers while another is away; then they crawl: one after
 * the other, or all at once in the quick profile. A fault outlasts the declared cache, and the breaker
 * window three times: the dependency before it needs one of them to return.
 */
export function faultArms(service: ServiceDescriptor, profile: ProfileName, threshold: ThresholdOf): readonly FaultArm[] {
  const { dependents = {}, breakerWindowMs = 0, cachedForMs = 0 } = service.degradation ?? {}
  const components = Object.keys(dependents)
  const lasts = (...seconds: readonly number[]): number => cachedForMs + Math.max(3 * breakerWindowMs, greatestOf(seconds.map((one) => one * 1_000)))
  const refuse = lasts(threshold('DEGR-01', 'outage_s'), threshold('DEGR-04', 'fault_s'))
  const silence = lasts(threshold('DEGR-02', 'fault_s'), threshold('DEGR-04', 'fault_s'))
  const delay = lasts(threshold('DEGR-02', 'fault_s'))
  const each = (kind: FaultKind, lastsMs: number): FaultArm[] => components.map((component) => ({ components: [component], kind, lastsMs }))
  return [
    ...each('refuse', refuse),
    ...each('silence', silence),
    ...(profile === 'quick' ? [{ components, kind: 'delay' as const, lastsMs: delay }] : each('delay', delay)),
  ]
}
