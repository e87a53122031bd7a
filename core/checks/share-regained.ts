import { isAttached } from '../component-addresses.js'
import type { RequestEvent } from '../history.js'
import type { ServiceDescriptor } from '../service-descriptor.js'
import { lowerLimit95 } from './proportion.js'

/** How much of the balanced traffic a replica got, in the window that decides. */
export interface ShareRegained {
  /** When the window ended in which it first had enough; absent when in none. */
  readonly reachedAtMs: number | undefined
  readonly own: number
  readonly of: number
  readonly fair: string // '1/3'
  /** The last request that could be attributed. */
  readonly lastAtMs: number
}

/** Requests for each replica in the window from which a share is told. */
const requestsPerReplica = 20

/** A load balancer that is not ours may give a replica little at first, and more over some seconds (slow start): its share is there later. */
const windowsOfOurs = 1.25
const windowsOfTheirs = 4

/** How long requests go on until a share can be told. `windows`: at least so many of them. */
export function shareWatchMs(service: ServiceDescriptor, { replicas, ratePerSecond, windows = windowsOfOurs }: { readonly replicas: number; readonly ratePerSecond: number; readonly windows?: number }): number {
  return (Math.max(windows, isAttached(service.target) ? windowsOfTheirs : windowsOfOurs) * requestsPerReplica * replicas * 1_000) / ratePerSecond
}

/**
 * The first window of consecutive attributed requests in which the replica surely (95 %) had the share it must have.
 * `fairMin` is a part of the fair share: 0.5 is half of it.
 */
export function shareRegained({ requests, target, replicas, fairMin, fromMs }: { readonly requests: readonly RequestEvent[]; readonly target: string; readonly replicas: number; readonly fairMin: number; readonly fromMs: number }): ShareRegained {
  const sent = requests
    .filter((one) => one.instance !== undefined && answered(one) && sentMs(one) >= fromMs)
    .sort((a, b) => sentMs(a) - sentMs(b))
  const size = requestsPerReplica * replicas
  const fair = `1/${replicas}`
  const lastAtMs = sent.length === 0 ? -Infinity : sentMs(sent.at(-1)!)
  for (let end = size; size > 0 && end <= sent.length; end++) {
    const own = sent.slice(end - size, end).filter((one) => one.instance === target).length
    if (lowerLimit95(own, size) >= fairMin / replicas) return { reachedAtMs: sentMs(sent[end - 1]!), own, of: size, fair, lastAtMs }
  }
  const last = sent.slice(-size)
  return { reachedAtMs: undefined, own: last.filter((one) => one.instance === target).length, of: last.length, fair, lastAtMs }
}

const answered = ({ outcome }: RequestEvent): boolean => outcome === 'ok' || outcome === 'degraded'
const sentMs = (request: RequestEvent): number => request.sentAtMs ?? request.plannedAtMs
