import type { Defect } from './defect.js'

export const defects = [
  { id: 'accs.default-open', violates: 'ACCS-01', sentence: 'A caller without credentials is treated as a guest with full rights.' },
  { id: 'accs.refused-after-writing', violates: 'ACCS-01', sentence: 'Whether a caller may write is looked at when the write has been carried out: the answer is 403, and the effect stays.' },
  { id: 'accs.limit-per-replica', violates: 'ACCS-02', sentence: 'Each replica counts alone, so that as many times the quota passes as there are replicas.' },
  { id: 'accs.limit-ignored', violates: 'ACCS-02', sentence: 'The limit is advertised in every answer and never enforced.' },
  { id: 'accs.retry-after-rounded-down', violates: 'ACCS-02', sentence: 'The time in Retry-After is rounded down, so that whoever obeys it is refused again.' },
  { id: 'accs.shared-bucket', violates: 'ACCS-03', sentence: 'The requests of all callers are counted in one bucket.' },
] as const satisfies readonly Defect[]
