import type { Requirement } from '../../../core/requirement.js'

const absence = { rule: 'na-structural', fact: 'dbReplicas', equals: 0 } as const
const book = 'The Practice of Cloud System Administration, 2.1.7'

export const mutationsGoToThePrimary: Requirement = {
  id: 'REPL-01',
  area: 'REPL',
  title: 'Mutations go to the primary',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'Every operation that mutates data MUST be executed on the primary, including operations that look like reads but write.',
  why: 'A write that is sent to a read-only replica is an error at best and two diverging copies at worst.',
  source: [book, 'PostgreSQL manual, 26.4 Hot Standby'],
  needs: ['data.write', 'database.primary', 'database.replicas', 'lifecycle.hold'],
  absence,
  procedure: [
    'Read ordinary data alone and see what that does to the counters of every database server (when counters are declared).',
    'Send every declared mutating operation, one after the other on the same new key, many times: creations, updates, deletions, logins, reads that write.',
    'Read the counters again: what changed on the primary, what was changed or refused on the read replicas.',
    'Kill all read replicas, keep them down, and send every mutating operation again.',
  ],
  passCriterion: 'No mutation fails with or without read replicas, and the read replicas saw and refused no write.',
  thresholds: [
    { key: 'per_operation', unit: 'count', meaning: 'how often each mutating operation is sent, with and without read replicas', standard: 100, quick: 20, thorough: 300 },
    { key: 'failures_max', unit: 'requests', meaning: 'mutations that may fail', standard: 0 },
    { key: 'writes_counted_ratio_min', unit: 'ratio', meaning: 'share of the acknowledged mutations that the counters must show, of the primary or of a replica that refused them; servers report late what connections did', standard: 0.5 },
    { key: 'refused_ratio_min', unit: 'ratio', meaning: 'statements that a read replica refused, as a share of the mutations, below which they may have other causes', standard: 0.05 },
    { key: 'writes_seen_by_replicas_max', unit: 'count', meaning: 'changes that a read replica may have made or refused', standard: 0 },
  ],
  inconclusiveIf: [
    'a mutating operation was sent less often than stated',
    'the death of a read replica was not witnessed, or it was released too early',
    'the counters could not be read or went backwards, or those of the primary do not show the acknowledged mutations',
    'a read replica refused statements, but beyond what it refused while it was only read from too few to be the mutations',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['for each operation how often it was sent and failed, with and without read replicas', 'counters of every server before and after'],
  remediation:
    'Decide by what an operation does, not by its method or name: give the data layer two handles, one that can only read, and use the writing one for every statement that changes anything, including counters of visits, last-seen dates and deletions. Open the reading handle with default_transaction_read_only on, so that a misrouted write fails in the first test and not in production. Do not try the replica first and repeat on the primary when it refuses.',
  defects: [
    { id: 'repl.misroutes-write', how: 'a delete is treated as a read and sent to a read replica' },
    { id: 'repl.misroutes-mutating-read', how: 'requests are routed by their method, so that a GET that writes goes to a read replica' },
    { id: 'repl.writes-try-replica-first', how: 'every write is tried on a read replica first and repeated on the primary when it is refused: clients never notice' },
  ],
  mustNotFire: ['REPL-02', 'REPL-03'],
  mayFire: [],
  limits: 'Only declared operations are sent. Without counters a misrouted write that is silently repeated on the primary stays unseen as long as a read replica refuses it.',
}

export const readsAreOffLoaded: Requirement = {
  id: 'REPL-02',
  area: 'REPL',
  title: 'Reads are off-loaded to replicas',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'Read-only queries SHOULD be answered by read replicas, so that most of the read work leaves the primary.',
  why: 'Most access is reading; this is what makes the database tier scale.',
  source: [book],
  needs: ['data.write', 'data.read.ordinary', 'database.primary', 'database.replicas', 'database.readShares'],
  absence,
  procedure: [
    'Make sure that every read replica is up to date: a fresh marker is there when it is asked past the service.',
    'Send nothing for a moment, then ordinary reads and nothing else through the balancer, with readings of the counters of every database server before and after both.',
    'Give known keys a first value that arrives everywhere, stop replay on all read replicas, overwrite each key and read it at once: the old value can only have come from a read replica, the new one only from the primary.',
    'The counters decide where they are declared (a service may guarantee its writers their own writes, which the second trial would count against it); else old values can show that read replicas answer, and new ones show nothing.',
  ],
  passCriterion: 'The lower 95 % confidence limit of the share of reads that read replicas answered is at least one half.',
  thresholds: [
    { key: 'counted_reads', unit: 'requests', meaning: 'ordinary reads between two readings of the counters', standard: 1_000, quick: 200, thorough: 3_000 },
    { key: 'keys', unit: 'count', meaning: 'keys that are overwritten and read while replay is stopped', standard: 200, quick: 40, thorough: 600 },
    { key: 'reads_counted_ratio_min', unit: 'ratio', meaning: 'share of the reads that the counters of all servers together must show', standard: 0.6 },
    { key: 'replica_share_min', unit: 'ratio', meaning: 'least share of the reads that read replicas answer', standard: 0.5 },
  ],
  inconclusiveIf: [
    'a read replica was not up to date before and after the counted reads',
    'the counters of all servers together do not show the reads that were sent, could not be read, went backwards, or are too inexact',
    'without counters: the pause of replay was not witnessed by a direct reading of a read replica, or too few values were read within the declared lag',
    'without counters: too few old values were read, which a service that shows its writers their own writes does on purpose',
    'the reads failed, or too few were made',
    'the counters show too small a share, but the null control failed or the harness stalled while reads were sent',
  ],
  evidence: ['reads that each server counted', 'old and new values that were read while replay was stopped', 'confidence limits of the shares'],
  remediation:
    'Open a second connection pool to the read replicas and send every read-only query there that can live with the declared lag. Keep the primary for writes and for the few reads that need the newest data. Let a read fall back to the primary when a replica is down, too far behind, or does not have a row; measure the share per role, so that a fallback that has become the rule is seen.',
  defects: [{ id: 'repl.reads-pinned-to-primary', how: 'all reads use the connection to the primary' }],
  mustNotFire: ['REPL-01', 'REPL-03'],
  mayFire: ['REPL-06'],
  limits: 'The declared ordinary read stands for all reads. Work in the background is taken off as it was right before.',
}
