import type { Defect } from './defect.js'

export const defects = [
  { id: 'impt.blocklist-ignored', violates: 'IMPT-01', sentence: 'Rules for imported records are stored, and the importer does not read them.' },
  { id: 'impt.no-change-limit', violates: 'IMPT-02', sentence: 'How much an import may change is configured and not checked.' },
  { id: 'impt.aborts-midway', violates: 'IMPT-03', sentence: 'Records before the first malformed one are applied, the rest are not, and the import reports success.' },
] as const satisfies readonly Defect[]
