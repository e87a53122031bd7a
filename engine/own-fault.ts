import { SeaworthyError } from '../core/errors.js'
import { isShortage } from '../operating-system/own-shortage.js'

/** Errors of the machine, the network and the ending of processes that the harness plays itself. */
const ownCodes: ReadonlySet<string> = new Set(['SW_MACHINE_LOST', 'SW_NETWORK', 'SW_NOT_ENDED', 'SW_CLIENT_MODULE', 'SW_ENGINE_GONE', 'SW_ENGINE_UNREACHABLE', 'SW_CLUSTER_UNREACHABLE', 'SW_CLUSTER_REFUSED'])

/** Whether what was thrown, what caused it, or one of several errors in it, is a fault or a shortage of the harness: never the service's. */
export function isOwnFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  if (isShortage(thrown) || (thrown instanceof SeaworthyError && ownCodes.has(thrown.code))) return true
  return isOwnFault(thrown.cause) || (thrown instanceof AggregateError && thrown.errors.some(isOwnFault))
}
