import type { Defect } from './defect.js'

export const defects = [
  { id: 'conf.setup-wizard', violates: 'CONF-01', sentence: 'A machine that nobody prepared waits for a setup form to be confirmed before it serves.' },
  { id: 'conf.apply-misses-a-replica', violates: 'CONF-02', sentence: 'A change of the configuration is accepted, and replica 2 keeps the old values until it is restarted.' },
  { id: 'conf.restore-drops-nested', violates: 'CONF-03', sentence: 'A restore of the configuration ignores the nested section and leaves the changed values in force.' },
  { id: 'conf.noisy-archive', violates: 'CONF-04', sentence: 'Each archive of the configuration holds the time of its export and its keys in random order.' },
  { id: 'conf.archive-stalls-service', violates: 'CONF-05', sentence: 'Archiving the configuration blocks the replica for 2 s.' },
  { id: 'conf.archive-reads-disk', violates: 'CONF-06', sentence: 'The archive is a copy of the configuration file on disk.' },
  { id: 'conf.opaque-archive', violates: 'CONF-07', sentence: 'The archive is one compressed and base64-encoded blob.' },
  { id: 'conf.half-applied', violates: 'CONF-08', sentence: 'Keys are applied one by one, and the valid first ones stay in force after a later one is refused.' },
  { id: 'conf.invalid-persisted', violates: 'CONF-08', sentence: 'An invalid configuration is refused after it has been stored, so that the next start fails.' },
] as const satisfies readonly Defect[]
