import type { Defect } from './defect.js'

export const defects = [
  { id: 'moni.errors-counted-as-success', violates: 'MONI-01', sentence: 'Requests that failed are counted under status 200.' },
  { id: 'moni.frozen', violates: 'MONI-01', sentence: 'The counters of a replica stop after 150 requests.' },
  { id: 'moni.latency-unmeasured', violates: 'MONI-01', sentence: 'The duration of a request is taken before it is handled, and is next to nothing.' },
  { id: 'moni.fail-with-200', violates: 'MONI-02', sentence: 'When a hard dependency is down the body says fail and the status is 200.' },
] as const satisfies readonly Defect[]
