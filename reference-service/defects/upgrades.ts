import type { Defect } from './defect.js'

export const defects = [
  { id: 'upgr.skips-drain', violates: 'UPGR-01', sentence: 'The roll-out kills each old replica instead of draining it.' },
  { id: 'upgr.leaves-straggler', violates: 'UPGR-01', sentence: 'The roll-out forgets the last replica and reports success.' },
  { id: 'upgr.two-at-once', violates: 'UPGR-02', sentence: 'The roll-out drains and replaces two replicas at a time.' },
  { id: 'upgr.new-format-unreadable', violates: 'UPGR-03', sentence: 'Release 2 writes records that release 1 does not understand.' },
  { id: 'upgr.migration-drops-rows', violates: 'UPGR-06', sentence: 'The migration of release 2 rebuilds a table and loses the rows that are written while it does.' },
] as const satisfies readonly Defect[]
