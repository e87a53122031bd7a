import type { History } from '../../core/history.js'
import { factOf, interventionsOf } from '../../core/reading.js'
import { codeSays, healthAnswersOf, saysFail, type HealthAnswer } from './health-answer.js'

/** A freeze is the failing state of a replica for which no dependency is declared that it cannot serve without. */
export const frozenLabel = 'a replica is frozen'
const readingsMin = 3

export const needsNothing = (history: History): boolean => (factOf(history, 'hardDependencies') as readonly string[] | undefined)?.length === 0

const readings = (history: History, target: string, state: string): HealthAnswer[] => healthAnswersOf(history).filter((one) => one.target === target && one.state === state)
const passes = ({ status }: HealthAnswer): boolean => status !== null && codeSays(status) === 'pass'

/**
 * What keeps a replica that needs nothing else from having been seen to fail: in a drain, or frozen, when it must not pass, with readiness that
 * passes again after it. Undefined when it was.
 */
export function missingFailure(history: History, target: string): string | undefined {
  if (readings(history, target, 'draining').some(saysFail)) return undefined
  const freeze = interventionsOf(history, 'freeze', frozenLabel)[0]
  const frozenAtMs = freeze?.witnessedAtMs
  if (frozenAtMs === undefined) {
    const why = freeze === undefined ? 'it was not frozen' : `its freeze was not witnessed${freeze.error === undefined ? '' : `: ${freeze.error}`}`
    return `no failing state could be produced: no hard dependency is declared, no answer of ${target} turned failing in a drain, and ${why}`
  }
  const frozen = readings(history, target, 'frozen').filter((one) => one.endpoint === 'readiness' && one.atMs >= frozenAtMs)
  if (frozen.length < readingsMin) return `readiness of ${target} was read ${frozen.length} times while it was frozen, needs ${readingsMin}`
  // The freeze was witnessed by an address that accepts and does not answer: what answers after that has been released by somebody else.
  const passing = frozen.filter(passes).length
  if (passing > 0) return `readiness of ${target} passed ${passing} of ${frozen.length} times while it should have been frozen: the freeze did not last`
  const back = readings(history, target, 'recovered').some((one) => one.endpoint === 'readiness' && passes(one))
  return back ? undefined : `readiness of ${target} was not seen to pass again after it had been frozen`
}

/** Said of a pass that rests on a freeze alone. */
export const onlyFrozen = (history: History, target: string): string =>
  needsNothing(history) && !readings(history, target, 'draining').some(saysFail)
    ? `; ${target} was seen to fail only while it was frozen, as no dependency is declared that it cannot serve without`
    : ''

/**
 * Whether nothing between us and the replica keeps answers of this endpoint: a frozen replica has none, and the balancer, which keeps nothing, is ours.
 * A balancer of the target's own might keep what it has heard.
 */
export function nothingWasKept(history: History, target: string, endpoint: HealthAnswer['endpoint']): boolean {
  const { kind } = (factOf(history, 'balancer') ?? {}) as { readonly kind?: string }
  if (kind !== 'seaworthy' || interventionsOf(history, 'freeze', frozenLabel)[0]?.witnessedAtMs === undefined) return false
  const asked = readings(history, target, 'frozen').filter((one) => one.endpoint === endpoint)
  return asked.length >= readingsMin && asked.every((one) => one.status === null)
}
