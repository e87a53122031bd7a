import type { Defect } from './defect.js'

export const defects = [
  { id: 'moni.fail-with-200', violates: 'MONI-02', sentence: 'When a hard dependency is down the body says fail and the status is 200.' },
] as const satisfies readonly Defect[]
