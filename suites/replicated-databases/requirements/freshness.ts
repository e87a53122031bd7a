import type { Requirement } from '../../../core/requirement.js'

const absence = { rule: 'na-structural', fact: 'dbReplicas', equals: 0 } as const
const book = 'The Practice of Cloud System Administration, 2.1.7'

export const replicasConverge: Requirement = {
  id: 'REPL-03',
  area: 'REPL',
  title: 'Replicas converge within the declared lag',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'safe',
  statement: 'Every acknowledged write MUST become visible on every replica within the declared lag bound.',
  why: 'Slightly out of date is the deal; never is not.',
  source: [book, 'Jepsen set-full checker: stable latency'],
  needs: ['data.write', 'database.primary', 'database.replicas', 'database.lookUp'],
  absence,
  procedure: [
    'Write markers at a steady pace through the service.',
    'Ask every read replica, past the service, again and again for the markers that have not arrived.',
    'In the end ask the primary and every read replica for all of them: one that the primary has and a replica has not is a failure of replication, not a lost write.',
  ],
  passCriterion: 'On every read replica the given share of markers arrived within the declared lag, and none is missing in the end.',
  thresholds: [
    { key: 'markers', unit: 'count', meaning: 'markers that are written and followed', standard: 300, quick: 60, thorough: 900 },
    { key: 'markers_per_second', unit: 'per-second', meaning: 'pace of the markers', standard: 10, quick: 30 },
    { key: 'lag_percentile', unit: 'ratio', meaning: 'share of the markers that must arrive within the declared lag', standard: 0.99 },
    { key: 'convergence_s', unit: 's', meaning: 'how long a marker is waited for before it counts as missing', standard: 30, quick: 5 },
    { key: 'never_visible_max', unit: 'count', meaning: 'markers that may be missing in the end', standard: 0 },
  ],
  inconclusiveIf: [
    'fewer markers were acknowledged than stated',
    'a read replica could not be asked often enough to tell the lag from the declared bound',
    'the primary was not seen to hold the markers, also such as never arrived',
    'the null control failed or the harness stalled while a marker seemed late',
  ],
  evidence: ['for each read replica: markers that arrived in time, late and never, the slowest arrival and the time a reading takes', 'markers that are missing'],
  remediation:
    'Watch the position of every replica against the primary and raise an alarm before the declared lag is used up, also when the position does not move at all: a replay that was paused, a full disk or a slot that was dropped makes no noise. Remove what makes replay wait (long queries on the replica, one huge transaction, a disk slower than the one of the primary), or declare the lag that is true.',
  defects: [{ id: 'repl.apply-stuck', how: 'one read replica silently stops applying changes after 100 records' }],
  mustNotFire: ['START-05', 'REPL-02'],
  mayFire: ['REPL-04', 'REPL-05', 'REPL-07', 'RDND-01', 'UPGR-03'],
  limits: 'Arrival is known only as exactly as a replica can be asked; the report tells how long a reading takes. Markers are new keys: a replica that misses only some kinds of changes is not noticed.',
}

export const freshOnDemand: Requirement = {
  id: 'REPL-04',
  area: 'REPL',
  title: 'Fresh data is available on demand',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'A client that needs the freshest data MUST be able to get it.',
  why: 'The primary offers the freshest data; somebody must be able to ask for it.',
  source: [book, 'Jepsen: session guarantees'],
  needs: ['data.write', 'data.read.strong', 'data.read.ordinary', 'database.primary', 'database.replicas', 'database.pauseReplay'],
  absence,
  procedure: [
    'Give known keys a first value that arrives on every read replica, then stop replay.',
    'Overwrite each key and, as soon as that is acknowledged, read it strongly and ordinarily.',
    'Ask a read replica past the service for a marker written after the stop: it must be missing, or nothing lagged.',
    'As a control, at least one ordinary read must show the old value: the lag could be seen through the service.',
  ],
  passCriterion: 'No strong read misses the write before it.',
  thresholds: [
    { key: 'pairs', unit: 'count', meaning: 'keys that are overwritten and read in both ways', standard: 500, quick: 100, thorough: 1_500 },
    { key: 'stale_strong_max', unit: 'count', meaning: 'strong reads that may show an old value', standard: 0 },
    { key: 'stale_ordinary_min', unit: 'count', meaning: 'ordinary reads that must show an old value, so that the trial could have found one', standard: 1 },
  ],
  inconclusiveIf: [
    'no ordinary read showed an old value, so the trial had no power',
    'the pause of replay was not witnessed by a direct reading of a read replica',
    'fewer strong reads were answered while replay was stopped than stated',
    'the declared strong read does not say where the value stands',
  ],
  evidence: ['strong and ordinary reads that showed the old and the new value', 'the witness of the pause', 'ids of stale strong reads'],
  remediation:
    'Give the API a way to ask for fresh data (a parameter, a header, or the log position of the write that the client saw) and route such reads to the primary, or to a replica that has replayed this position. Test it with replay stopped: on a machine where replication takes a millisecond a parameter that is ignored looks as if it worked.',
  defects: [{ id: 'repl.strong-read-ignored', how: 'the parameter that asks for fresh data is accepted and ignored' }],
  mustNotFire: ['REPL-02', 'REPL-03'],
  mayFire: [],
  limits: 'Guarantees of a session (own writes, reads that never go back in time) cannot be declared and are not judged.',
}

export const stalenessIsBounded: Requirement = {
  id: 'REPL-07',
  area: 'REPL',
  title: 'Staleness is bounded or flagged',
  keyword: 'SHOULD',
  level: 3,
  weight: 2,
  safety: 'disruptive',
  statement: 'A replica that lags beyond the declared bound SHOULD be taken out of use, or its answers SHOULD be marked stale.',
  why: 'Slightly out of date must not quietly become an hour.',
  source: [book, 'RFC 9111, 4.2 and 5.1: freshness and Age'],
  needs: ['data.write', 'data.read.ordinary', 'database.primary', 'database.replicas', 'database.pauseReplay'],
  absence,
  procedure: [
    'Give known keys a first value that arrives on every read replica, stop replay, and overwrite each key.',
    'Go on writing until the declared lag and some time to notice have passed.',
    'Read the keys ordinarily: an answer is stale when it shows the first value.',
    'Ask a read replica past the service before and after: it must still miss what was written after the stop.',
  ],
  passCriterion: 'No answer is stale without the declared marker.',
  thresholds: [
    { key: 'reads', unit: 'requests', meaning: 'ordinary reads of values that are older than the bound', standard: 200, quick: 40, thorough: 600 },
    { key: 'settle_s', unit: 's', meaning: 'time to notice, beyond the declared lag', standard: 10, quick: 2 },
    { key: 'unmarked_stale_max', unit: 'count', meaning: 'stale answers that may lack the marker', standard: 0 },
  ],
  inconclusiveIf: [
    'the pause of replay was not witnessed by a direct reading of a read replica, at its beginning or at its end',
    'fewer reads of values older than the bound were answered while replay was stopped than stated',
    'the declared ordinary read does not say where the value stands',
  ],
  evidence: ['old values with and without marker, new values', 'the witness of the pause', 'ids of stale answers'],
  remediation:
    'Measure how far each replica is behind, by a heartbeat row or by log positions that are compared with the primary, and take a replica out of the read pool before the declared bound is reached. Where nothing fresher can be had, say so in the answer (Age, a warning header, a field) so that clients can decide. Treat "unknown" as stale: a replica that receives nothing is not up to date.',
  defects: [{ id: 'repl.serves-unbounded-stale', how: 'nobody looks how far a read replica is behind' }],
  mustNotFire: ['REPL-02', 'REPL-03'],
  mayFire: [],
  limits: 'Staleness is produced by stopping replay; a replica that receives nothing any more, or clocks that differ, are not tried.',
}
