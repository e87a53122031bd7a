import type { Defect } from './defect.js'

export const defects = [
  { id: 'bkup.restore-needs-downtime', violates: 'BKUP-05', sentence: 'The service is in maintenance (503) while records are restored.' },
  { id: 'bkup.account-restore-shallow', violates: 'BKUP-06', sentence: "Only the account's own row is restored, not the objects below it." },
  { id: 'bkup.account-restore-rewinds-all', violates: 'BKUP-07', sentence: 'The restore of one account loads all accounts of the backup.' },
  { id: 'bkup.account-restore-locks-user', violates: 'BKUP-08', sentence: 'An account is locked (423) while it is restored.' },
] as const satisfies readonly Defect[]
