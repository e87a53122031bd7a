/** Names that scenarios record under and checks look for. */
export const labels = { half: 'half', halfBack: 'half taken back', upgrade: 'upgrade', back: 'back', bad: (release: string): string => `bad ${release}`, recovery: (release: string): string => `recovery from ${release}` } as const

export const loads = {
  /** Reads of a set of records that was written before anything was rolled out. */
  reads: (label: string): string => `reads ${label}`,
  writes: (label: string): string => `writes ${label}`,
  /** Requests that take long enough to be under way when a replica's turn comes. */
  inFlight: (label: string): string => `in-flight ${label}`,
  /** Written before the roll-out began. */
  writesBefore: (label: string): string => `writes before ${label}`,
  reconcile: (label: string): string => `reconcile ${label}`,
} as const

export const probes = {
  version: 'version',
  effect: 'effect', // of a request in flight: target its key
} as const
