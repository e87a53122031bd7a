import type { ServiceDescriptor } from '../service-descriptor.js'

/**
 * Whether a drain of a replica is the drain of the node that it is on (`target.drain: node`): so it is where the stop signal begins it, since none is declared, or one
 * after which nothing is left to ask. It keeps what belongs to others off that node for a while.
 */
export const drainsNodes = ({ target, lifecycle: { drain } }: Pick<ServiceDescriptor, 'target' | 'lifecycle'>): boolean =>
  target.cluster?.drain === 'node' && (drain === undefined || drain.endsInExit || drain.via === 'signal')
