import type { Defect } from './defect.js'

export const defects = [
  { id: 'rdnd.local-state', violates: 'RDND-01', sentence: 'Sessions are kept in the memory of the replica that created them.' },
  { id: 'rdnd.hidden-leader', violates: 'RDND-02', sentence: 'Writes only work while replica 0 renews a lease.' },
  { id: 'rdnd.static-health', violates: 'RDND-03', sentence: 'Readiness does not look at the path to the data.' },
  { id: 'rdnd.scale-in-kills', violates: 'RDND-05', sentence: 'A surplus replica ends at once on the stop signal instead of draining.' },
  { id: 'rdnd.cron-per-replica', violates: 'RDND-04', sentence: 'Every replica does the scheduled work of every period.' },
] as const satisfies readonly Defect[]
