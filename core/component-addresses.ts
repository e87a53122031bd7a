import type { ServiceTarget, Unit } from './service-descriptor.js'

/** An address of a component in a template: `{db:host}`, `{db:port}`. Group 1 is the name, group 2 what of it. */
export const addressTemplate = /\{([A-Za-z0-9][A-Za-z0-9_-]*):(host|port)\}/g

/** Names of the components a unit addresses in its command and environment, each once, in order of appearance. */
export function componentsAddressedBy(unit: Unit): string[] {
  const texts = [...unit.command, ...Object.values(unit.env)]
  return [...new Set(texts.flatMap((text) => [...text.matchAll(addressTemplate)].map(([, name = '']) => name)))]
}

/** The containers of somebody's project or stack: who addresses whom in it is not declared. */
export const isAttached = ({ kind }: Pick<ServiceTarget, 'kind'>): boolean => kind === 'compose' || kind === 'swarm'
