import type { Defect } from './defect.js'

export const defects = [
  {
    id: 'start.no-boot-entry',
    violates: 'START-01',
    sentence: 'The unit of the replicas is not part of the boot entry: it survives a crash but not a reboot.',
  },
  {
    id: 'start.manual-unlock',
    violates: 'START-01',
    sentence: 'After a reboot of the machine each replica waits for an unlock call before it serves.',
  },
  { id: 'start.no-supervision', violates: 'START-02', sentence: 'The replicas are started at boot but nothing restarts one that dies.' },
  { id: 'start.stale-lock', violates: 'START-02', sentence: 'A lock file left by a killed process makes the next start refuse.' },
  {
    id: 'start.ready-too-early',
    violates: 'START-03',
    sentence: 'A restarted replica is ready as soon as it listens, while its warm-up takes 2 s and requests get 500.',
  },
  {
    id: 'start.ignores-sigterm',
    violates: 'START-04',
    sentence: 'The server runs under a shell wrapper that does not forward the stop signal.',
  },
  {
    id: 'start.acks-before-durable',
    violates: 'START-05',
    sentence: 'Writes of records are acknowledged from a memory buffer that is flushed every 500 ms.',
  },
  {
    id: 'start.gives-up-on-dependency',
    violates: 'START-08',
    sentence: 'A restarted replica that cannot reach the database at its first attempt never tries again.',
  },
  { id: 'start.slower-than-documented', violates: 'START-07', sentence: 'A restarted replica takes half as long again as documented to be ready.' },
  {
    id: 'start.serves-torn-record',
    violates: 'START-06',
    sentence: 'The note store takes what is left of a torn last line for a note and serves its text.',
  },
] as const satisfies readonly Defect[]
