import type { Defect } from './defect.js'

export const defects = [
  { id: 'bkup.locks-writers', violates: 'BKUP-01', sentence: 'Writes wait for the whole duration of a backup.' },
  { id: 'bkup.fuzzy-copy', violates: 'BKUP-02', sentence: 'A backup copies the rows page by page without a snapshot.' },
  { id: 'bkup.mangles-values', violates: 'BKUP-03', sentence: 'A backup is written as ASCII, so that other characters become question marks.' },
  { id: 'bkup.skips-recent', violates: 'BKUP-03', sentence: 'Records of the last 5 s before a backup are not in it.' },
  { id: 'bkup.no-checksum', violates: 'BKUP-04', sentence: 'A restore takes any file and loads what it can.' },
  { id: 'bkup.reads-primary', violates: 'BKUP-09', sentence: 'Backups are configured for the read replica but connect to the primary.' },
  { id: 'bkup.restore-needs-downtime', violates: 'BKUP-05', sentence: 'The service is in maintenance (503) while records are restored.' },
  { id: 'bkup.account-restore-shallow', violates: 'BKUP-06', sentence: "Only the account's own row is restored, not the objects below it." },
  { id: 'bkup.account-restore-rewinds-all', violates: 'BKUP-07', sentence: 'The restore of one account loads all accounts of the backup.' },
  { id: 'bkup.account-restore-locks-user', violates: 'BKUP-08', sentence: 'An account is locked (423) while it is restored.' },
  { id: 'bkup.restore-fires-side-effects', violates: 'BKUP-10', sentence: 'A restore announces each object as if its owner had written it.' },
] as const satisfies readonly Defect[]
