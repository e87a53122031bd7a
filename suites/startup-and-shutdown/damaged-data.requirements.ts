import type { Requirement } from '../../core/requirement.js'

/** START-06: files that a crash has damaged. */
export const damageRequirement: Requirement = {
  id: 'START-06',
  area: 'START',
  title: 'Damage from a crash is repaired or refused before service',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'destructive',
  statement: 'After a crash the next start MUST validate its data before providing service, repair a torn tail automatically, and never serve corrupt data as good.',
  why: 'Every crash can tear the last record. Half of one must not become an answer, nor keep the service from starting.',
  source: ['The Practice of Cloud System Administration 2.1.2 (data validations or repairs before providing service)'],
  needs: ['data.files', 'fault.data-files', 'lifecycle.kill', 'lifecycle.hold', 'health.readiness'],
  absence: { rule: 'na-structural', fact: 'ownsStorage', equals: false },
  procedure: [
    'Write values that end in a file of a component, one after the other.',
    'Kill the component and keep it down. Arm A: cut the last 1 to 64 bytes of the file. Arm B: overwrite one byte in the middle of it.',
    'Let it start, and read every value back through the service.',
  ],
  passCriterion: 'After a cut it serves in time and at most the torn record is missing. After an overwritten byte what is damaged is refused or missing, or the start is. No altered value is ever served.',
  thresholds: [
    { key: 'cuts', unit: 'count', meaning: 'cuts at the end of the file', standard: 3, quick: 1, thorough: 9 },
    { key: 'flips', unit: 'count', meaning: 'overwritten bytes in the middle of the file', standard: 3, quick: 1, thorough: 9 },
    { key: 'writes', unit: 'count', meaning: 'values written before each damage', standard: 20, quick: 10 },
    { key: 'ready_within_s', unit: 's', meaning: 'longest time from the start until something is served after a cut; twice the declared start timeout when that is shorter', standard: 120 },
    { key: 'refusal_watched_s', unit: 's', meaning: 'how long nothing must be served to call a start refused, after an overwritten byte', standard: 5, quick: 2.5 },
    { key: 'corrupt_values_served_max', unit: 'count', meaning: 'altered values that may be served', standard: 0 },
    { key: 'collateral_lost_arm_a_max', unit: 'count', meaning: 'values that may be missing after a cut', standard: 1 },
  ],
  inconclusiveIf: [
    'the component was not seen to die, or the damage was not seen in the file',
    'an overwritten byte changed nothing: it lay in unused space',
    'too few values were written, or they could not be read after a cut although others could',
    'the harness was disturbed while it waited for a start',
  ],
  evidence: ['what was damaged, and the size of the file before and after', 'values read back, missing, refused and altered after each damage'],
  remediation:
    'Write each record with its length and a checksum, and check both for every record at the start, before the port is opened or readiness passes. ' +
    'Cut a last record that is not whole off the file (it was never acknowledged) and go on; refuse to start, or set the record aside, for damage anywhere else, and say where it is and what to do. ' +
    'Use a store that does this (PostgreSQL with data checksums, SQLite with PRAGMA integrity_check, RocksDB), flush before acknowledging, and replace whole files by writing a new one, flushing it and renaming it.',
  defects: [{ id: 'start.serves-torn-record', how: 'a torn last line is parsed leniently and served as a shortened value' }],
  mustNotFire: ['START-05', 'BKUP-04'],
  mayFire: [],
  limits: 'One file of one component is damaged, in two ways. Damage that leaves a valid checksum, and blocks a disk returns from another place, are not tried.',
}
