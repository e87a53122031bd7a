import { greatestOf } from '../../core/extremes.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'

/** Planning values: what these usually take, far below what they may take. */
export const usualStartMs = (service: ServiceDescriptor): number => Math.min(2_500, service.lifecycle.startTimeoutMs)
export const usualStopMs = (service: ServiceDescriptor): number => Math.min(2_000, service.lifecycle.stop.graceMs)

/** What a witness is assumed to need from its start to its end, and bounds of a wait for it. */
export const usualWitnessMs = 2_000

/** Deadline of a drain where the descriptor declares none: 30 s, as most platforms grant. */
export const drainDeadlineMs = (service: ServiceDescriptor): number => service.lifecycle.drain?.deadlineMs ?? 30_000

/** Longest time a request in flight may take to end: the drain's deadline, or the operation's own timeout if longer. */
export function witnessEndMs(service: ServiceDescriptor): number {
  const timeouts = Object.values(service.traffic)
    .filter((operation) => operation.minDurationMs !== undefined || operation.streams || operation.holdsBody)
    .map((operation) => operation.timeoutMs)
  return Math.max(drainDeadlineMs(service), greatestOf(timeouts)) + 1_000
}

/** Whether the service has an operation that can be proven to be executing. */
export const hasWitnessOperation = (service: ServiceDescriptor): boolean =>
  Object.values(service.traffic).some((operation) => operation.minDurationMs !== undefined || operation.streams || operation.holdsBody)
