import type { Defect } from './defect.js'

export const defects = [
  { id: 'upgr.skips-drain', violates: 'UPGR-01', sentence: 'The roll-out kills each old replica instead of draining it.' },
  { id: 'upgr.leaves-straggler', violates: 'UPGR-01', sentence: 'The roll-out forgets the last replica and reports success.' },
  { id: 'upgr.two-at-once', violates: 'UPGR-02', sentence: 'The roll-out drains and replaces two replicas at a time.' },
  { id: 'upgr.new-format-unreadable', violates: 'UPGR-03', sentence: 'Release 2 writes records that release 1 does not understand.' },
  { id: 'upgr.one-way-migration', violates: 'UPGR-04', sentence: 'Release 2 raises the version of the schema, and release 1 refuses to start on it.' },
  { id: 'upgr.ignores-readiness', violates: 'UPGR-05', sentence: 'The roll-out waits 3 s for each replica instead of for its readiness, and reports success.' },
  { id: 'upgr.migration-drops-rows', violates: 'UPGR-06', sentence: 'The migration of release 2 rebuilds a table and loses the rows that are written while it does.' },
  { id: 'upgr.clone-misses-late-writes', violates: 'UPGR-07', sentence: 'The note store is cloned while notes are written, and those are not carried over.' },
  { id: 'togl.leaks-when-off', violates: 'TOGL-03', sentence: 'Release 2 adds the field of a new feature to an answer although the feature is off.' },
] as const satisfies readonly Defect[]
