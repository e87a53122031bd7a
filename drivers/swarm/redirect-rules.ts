/** Who connects to a component, and by which proxy on the gateway of its host the connections go. */
export interface RedirectedSource {
  readonly addresses: readonly string[]
  readonly proxyPort: number
  /** What becomes of connections that were made before there was a proxy, as long as there is a fault. */
  readonly unproxied?: 'reset' | 'dropped'
}
export interface Redirection {
  /** Of the component, in the networks of the stack. */
  readonly addresses: readonly string[]
  readonly port: number
  /** Where the proxies listen. */
  readonly gateway: string
  readonly sources: readonly RedirectedSource[]
  /** Of replicas that are just being started: what they connect to has to wait until it is known which they are. */
  readonly arriving: readonly string[]
}

/** Chains of ours in the network namespace of a container: nothing without this name is touched. */
export const chainPrefix = 'SEAWORTHY-'
export const chains = { nat: ['PREROUTING', 'POSTROUTING'], filter: ['INPUT', 'OUTPUT'] } as const

const pairs = (from: readonly string[], to: readonly string[]): readonly (readonly [string, string])[] => from.flatMap((one) => to.map((other) => [one, other] as const))

/**
 * What iptables-restore is given in the namespace of a component, in lines. New connections of the replicas go by a proxy on the gateway, which connects to
 * the component by its address there. Those that were there before go on until there is a fault. Everybody else's are let be.
 */
export function redirectRules({ addresses, port, gateway, sources, arriving }: Redirection): readonly string[] {
  const to = (source: string, own: string): string => `-s ${source} -d ${own} -p tcp --dport ${port}`
  const from = (source: string, own: string): string => `-s ${own} -d ${source} -p tcp --sport ${port}`
  // The answer to what is turned away is itself a packet of the connection, and has to get out.
  const verdict = { reset: '! --tcp-flags RST RST -j REJECT --reject-with tcp-reset', dropped: '-j DROP' } as const
  const all = sources.flatMap((one) => pairs(one.addresses, addresses).map(([source, own]) => ({ ...one, source, own })))
  return [
    '*nat',
    ...chains.nat.map((chain) => `:${chainPrefix}${chain} - [0:0]`),
    ...all.map(({ source, own, proxyPort }) => `-A ${chainPrefix}PREROUTING ${to(source, own)} --syn -j DNAT --to-destination ${gateway}:${proxyPort}`),
    // The proxy answers to the namespace that the connection came by.
    ...[...new Set(sources.map(({ proxyPort }) => proxyPort))].map((proxyPort) => `-A ${chainPrefix}POSTROUTING -d ${gateway} -p tcp --dport ${proxyPort} -j MASQUERADE`),
    'COMMIT',
    '*filter',
    ...chains.filter.map((chain) => `:${chainPrefix}${chain} - [0:0]`),
    // Tried again by its kernel a second later.
    ...pairs(arriving, addresses).map(([source, own]) => `-A ${chainPrefix}INPUT ${to(source, own)} --syn -j DROP`),
    ...all.flatMap(({ source, own, unproxied }) => (unproxied === undefined ? [] : [`-A ${chainPrefix}INPUT ${to(source, own)} ${verdict[unproxied]}`, `-A ${chainPrefix}OUTPUT ${from(source, own)} ${verdict[unproxied]}`])),
    'COMMIT',
  ]
}

/** What makes the chains part of what every packet goes through, once for each namespace. */
export const jumpRules = (): readonly string[] => Object.entries(chains).flatMap(([table, of]) => [`*${table}`, ...of.map((chain) => `:${chainPrefix}${chain} - [0:0]`), ...of.map((chain) => `-I ${chain} 1 -j ${chainPrefix}${chain}`), 'COMMIT'])
