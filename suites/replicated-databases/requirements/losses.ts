import type { Requirement } from '../../../core/requirement.js'

const absence = { rule: 'na-structural', fact: 'dbReplicas', equals: 0 } as const
const book = 'The Practice of Cloud System Administration, 2.1.7'

export const readReplicaMayBeLost: Requirement = {
  id: 'REPL-05',
  area: 'REPL',
  title: 'Losing a read replica is not an outage',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'disruptive',
  statement: 'When a read replica disappears, reads MUST continue from another replica or the primary.',
  why: 'Replicas are there to add capacity, not ways to fail.',
  source: [book, 'AWS Well-Architected Framework, REL11 Design your workload to withstand component failures'],
  needs: ['database.primary', 'database.replicas', 'data.read.ordinary', 'lifecycle.hold', 'fault.edge'],
  absence,
  procedure: [
    'Read ordinary data at 60 requests per second through the balancer, from beginning to end.',
    'Kill each read replica and keep it down for the outage; let it return and catch up.',
    'Let each read replica fall silent towards the service for the same time: connections stay, and nothing is answered.',
    'Count reads that fail or are slow after the time allowed for failover, and before the replica returns.',
  ],
  passCriterion: 'In both arms every read succeeds, and quickly, once the time for failover is over.',
  thresholds: [
    { key: 'outage_s', unit: 's', meaning: 'how long each read replica is away, in each of the two ways', standard: 20, quick: 4 },
    { key: 'failover_within_s', unit: 's', meaning: 'how long reads may fail after the loss', standard: 10, quick: 2 },
    { key: 'failures_after_failover_max', unit: 'requests', meaning: 'reads that may fail afterwards', standard: 0 },
    { key: 'read_p99_ms_after', unit: 'ms', meaning: '99th percentile of the time a read takes afterwards', standard: 1_000 },
  ],
  inconclusiveIf: [
    'the loss was not witnessed or did not last as long as stated, or reads failed before it already or none succeeded',
    'fewer than 50 reads fell between failover and return',
    'the read replica was not up to date again afterwards',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['for each loss: reads that failed before and after the time for failover, slowest read', 'the witness of each loss', 'ids of failed reads'],
  remediation:
    'Put a short deadline on every query to a replica and repeat the read on another one or on the primary when it fails: a read has no effect, so it may be repeated. Take a replica that fails out of the pool for a moment instead of asking it for every request, and look in the background whether it is back. Test the silent case apart: a dead machine refuses nothing, and without deadlines every request waits for the kernel to give up.',
  defects: [{ id: 'repl.no-read-failover', how: 'reads keep going to the pool of the dead read replica' }],
  mustNotFire: ['REPL-06', 'RDND-02'],
  mayFire: ['SWAP-01', 'DEGR-01', 'DEGR-02', 'DEGR-04'],
  limits: 'Whether the primary can carry all reads at rated load is not tried here.',
}

export const primaryMayBeLostForReads: Requirement = {
  id: 'REPL-06',
  area: 'REPL',
  title: 'Reads survive the loss of the primary',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'While the primary is unavailable, reads SHOULD continue from replicas.',
  why: 'A service that can only be read is better than none.',
  source: [book, 'The Practice of Cloud System Administration, 2.1.10'],
  needs: ['database.primary', 'database.replicas', 'data.owner', 'data.read.ordinary', 'lifecycle.hold', 'fault.edge'],
  absence,
  procedure: [
    'Read ordinary data at 60 requests per second and write at 20 through the balancer, from beginning to end.',
    'Kill the primary and keep it down for the outage; let it return, and wait until writes work again.',
    'Let the primary fall silent towards the service and its read replicas for the same time.',
    'Look at the reads from the end of the grace period on; DEGR-07 judges the writes.',
  ],
  passCriterion: 'In both arms at least 99 % of the reads succeed after the grace period.',
  thresholds: [
    { key: 'outage_s', unit: 's', meaning: 'how long the primary is away, in each of the two ways', standard: 30, quick: 5 },
    { key: 'grace_s', unit: 's', meaning: 'how long reads may fail after the loss', standard: 10, quick: 2.5 },
    { key: 'read_success_after_grace_min', unit: 'ratio', meaning: 'share of the reads that must succeed afterwards', standard: 0.99 },
  ],
  inconclusiveIf: [
    'the loss was not witnessed or did not last as long as stated, or reads failed before it already or none succeeded',
    'fewer than 50 reads fell between the grace period and the return',
    'the service did not take writes again afterwards',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['for each loss: reads that succeeded and failed after the grace period', 'the witness of each loss', 'ids of failed reads'],
  remediation:
    'Do nothing on the path of a read that needs the primary: no ping, no session update, no counter of visits that may not fail. Notice the loss of the primary once, in the background, and let readiness distinguish a process that alone has lost it (leave the rotation) from a primary that is gone for all (stay, and serve reads): if every instance leaves together, reads end with the writes. Tell clients that the answers may be old.',
  defects: [{ id: 'repl.primary-loss-kills-reads', how: 'every read first asks the primary whether it is there' }],
  mustNotFire: ['REPL-05', 'DEGR-07'],
  mayFire: ['SWAP-01'],
  limits: 'Promotion of a read replica belongs to SWAP-03.',
}
