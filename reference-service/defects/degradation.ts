import type { Defect } from './defect.js'

export const defects = [
  { id: 'degr.soft-dep-is-hard', violates: 'DEGR-01', sentence: 'A refused connection to the recommendations fails the whole item.' },
  { id: 'degr.no-timeout', violates: 'DEGR-02', sentence: 'Calls to the soft dependencies have no timeout.' },
  { id: 'degr.shared-pool', violates: 'DEGR-02', sentence: 'Calls to the soft dependencies have a timeout and share one small pool with everything else.' },
  { id: 'degr.silent-stale', violates: 'DEGR-03', sentence: 'The last value known is returned without any sign that it is old.' },
  { id: 'degr.breaker-stuck-open', violates: 'DEGR-04', sentence: 'The circuit breaker opens and never tries again.' },
  { id: 'degr.all-or-nothing', violates: 'DEGR-09', sentence: 'One part that fails turns the whole page into a 502.' },
  { id: 'degr.congestion-collapse', violates: 'DEGR-05', sentence: 'Every search is accepted and waits in a queue without bound, past the deadline of its client.' },
  { id: 'degr.lite-mode-noop', violates: 'DEGR-06', sentence: 'The switch to the reduced mode is accepted and ignored.' },
  { id: 'degr.metastable-retries', violates: 'DEGR-08', sentence: 'What was turned away is tried again without limit, so that the backlog sustains itself.' },
  { id: 'rdnd.no-headroom', violates: 'RDND-06', sentence: 'Each replica does so few searches at once that without one of them the rest carries 80 % of the rated load.' },
  { id: 'rdnd.deep-liveness', violates: 'RDND-07', sentence: 'Liveness asks the database.' },
] as const satisfies readonly Defect[]
