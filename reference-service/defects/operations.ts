import type { Defect } from './defect.js'

export const defects = [
  { id: 'oper.lying-exit-code', violates: 'OPER-01', sentence: 'A backup to a place that cannot be written to writes nothing and exits with 0.' },
  { id: 'oper.second-run-harms', violates: 'OPER-02', sentence: 'A roll-out of the release that is deployed already restarts all replicas at once.' },
] as const satisfies readonly Defect[]
