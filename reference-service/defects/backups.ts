import type { Defect } from './defect.js'

export const defects = [
  { id: 'bkup.locks-writers', violates: 'BKUP-01', sentence: 'Writes wait for the whole duration of a backup.' },
  { id: 'bkup.fuzzy-copy', violates: 'BKUP-02', sentence: 'A backup copies the rows page by page without a snapshot.' },
  { id: 'bkup.mangles-values', violates: 'BKUP-03', sentence: 'A backup is written as ASCII, so that other characters become question marks.' },
  { id: 'bkup.skips-recent', violates: 'BKUP-03', sentence: 'Records of the last 5 s before a backup are not in it.' },
  { id: 'bkup.no-checksum', violates: 'BKUP-04', sentence: 'A restore takes any file and loads what it can.' },
  { id: 'bkup.reads-primary', violates: 'BKUP-09', sentence: 'Backups are configured for the read replica but connect to the primary.' },
] as const satisfies readonly Defect[]
