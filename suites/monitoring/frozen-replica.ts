import { eventsOf, type History } from '../../core/history.js'
import { factOf, interventionsOf } from '../../core/reading.js'
import { codeSays, healthAnswersOf, saysFail, type HealthAnswer } from './health-answer.js'

/** A freeze is the failing state of a replica for which no dependency is declared that it cannot serve without. */
export const frozenLabel = 'a replica is frozen'
/** How often each endpoint is read in it: a frozen replica finds them all when it is released, and must not be busy with them then. */
export const frozenReadings = 5
const readingsMin = 3

export const needsNothing = (history: History): boolean => (factOf(history, 'hardDependencies') as readonly string[] | undefined)?.length === 0

const readings = (history: History, target: string, state: string): HealthAnswer[] => healthAnswersOf(history).filter((one) => one.target === target && one.state === state)
export const turnedInDrain = (history: History, target: string): boolean => readings(history, target, 'draining').some((one) => one.endpoint === 'readiness' && saysFail(one))

/** What keeps a replica that needs nothing else from having been seen to fail, in a drain or frozen. Undefined when it was. */
export const missingFailure = (history: History, target: string): string | undefined => (turnedInDrain(history, target) ? undefined : missingFreeze(history, target))

/** What keeps the replica from having been frozen for as long as it was read, and from having passed again after it. */
export function missingFreeze(history: History, target: string): string | undefined {
  const none = `no failing state could be produced: no hard dependency is declared, no answer of ${target} turned failing in a drain, and`
  const undeclared = factOf(history, 'undeclaredContainers') as readonly string[] | undefined
  if (undeclared !== undefined && undeclared.length > 0) return `${none} it may need what runs beside it without being declared (${undeclared.join(', ')})`
  const freeze = interventionsOf(history, 'freeze', frozenLabel)[0]
  if (freeze === undefined) return `${none} it was not frozen`
  if (freeze.witnessedAtMs === undefined) return `${none} its freeze was not witnessed${freeze.error === undefined ? '' : `: ${freeze.error}`}`
  const asked = readingsWhileFrozen(history, target, 'readiness')
  if (asked.length < readingsMin) return `readiness of ${target} was read ${asked.length} times while it was frozen, needs ${readingsMin}`
  // The witness is an address that accepts and does not answer. What answers later, refuses or cuts off has been released or restarted by somebody else.
  const other = asked.filter((one) => !isSilent(one)).length
  if (other > 0) return `readiness of ${target} did not stay silent ${other} of ${asked.length} times while it should have been frozen: the freeze did not last`
  const frozenAtMs = freeze.witnessedAtMs
  const releasedAtMs = freeze.undoneAtMs ?? Infinity
  if ([...eventsOf(history, 'platform')].some((one) => one.name === 'process-exited' && one.target === target && one.atMs >= frozenAtMs && one.atMs <= releasedAtMs)) return `${target} ended while it was frozen: the freeze did not last`
  const back = readings(history, target, 'recovered').some((one) => one.endpoint === 'readiness' && one.atMs >= releasedAtMs && one.status !== null && codeSays(one.status) === 'pass')
  return back ? undefined : `readiness of ${target} was not seen to pass again after it had been frozen`
}

const isSilent = ({ status, code }: HealthAnswer): boolean => status === null && code === 'TIMEOUT'

/** Those that began when the freeze had been witnessed; it is taken back when they have ended. */
function readingsWhileFrozen(history: History, target: string, endpoint: HealthAnswer['endpoint']): HealthAnswer[] {
  const fromMs = interventionsOf(history, 'freeze', frozenLabel)[0]?.witnessedAtMs ?? Infinity
  return readings(history, target, 'frozen').filter((one) => one.endpoint === endpoint && one.atMs >= fromMs)
}

/** Whether a freeze may have made the balancer answer by itself. */
export const wasFrozen = (history: History): boolean => interventionsOf(history, 'freeze', frozenLabel).length > 0

/** Said of a pass that rests on a freeze alone. */
export const onlyFrozen = (target: string): string => `; ${target} was made to fail by a freeze alone, as no dependency is declared that it cannot serve without`
export const restsOnFreeze = (history: History, target: string): boolean => needsNothing(history) && !turnedInDrain(history, target)

/**
 * Whether nothing between us and the replica keeps answers of this endpoint: frozen, it gave none, and the balancer, which keeps nothing, is ours.
 * A balancer of the target's own might keep what it has heard.
 */
export function nothingWasKept(history: History, target: string, endpoint: HealthAnswer['endpoint']): boolean {
  const { kind } = (factOf(history, 'balancer') ?? {}) as { readonly kind?: string }
  const asked = readingsWhileFrozen(history, target, endpoint)
  return kind === 'seaworthy' && asked.length >= readingsMin && asked.every(isSilent)
}
