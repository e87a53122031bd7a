import type { Requirement } from '../../core/requirement.js'

const book = 'The Practice of Cloud System Administration, 2.1.12'
const absence = { rule: 'na-structural', fact: 'import', equals: 'none' } as const

const rules: Requirement = {
  id: 'IMPT-01',
  area: 'IMPT',
  title: 'Operators control what an import may bring in',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'destructive',
  statement: 'For data imported from elsewhere operators MUST be able to block, allow and override individual records.',
  why: 'The source is wrong sometimes, and it is not yours to fix.',
  source: [`${book} (accept, reject, replace; lists of what is let in and kept out)`],
  needs: ['import.run', 'import.rules'],
  absence,
  procedure: [
    'Block 5 keys and override 5 others, import a feed of 200 records, and compare the list of all imported records with what feed and rules say.',
    'Take the rules back, import the same feed again, and compare with the feed alone.',
  ],
  passCriterion: 'Both times the records are exactly what feed and rules say.',
  thresholds: [
    { key: 'records', unit: 'count', meaning: 'records of the feed', standard: 200 },
    { key: 'blocked', unit: 'count', meaning: 'keys that are blocked', standard: 5 },
    { key: 'overridden', unit: 'count', meaning: 'keys that are overridden', standard: 5 },
    { key: 'deviations_max', unit: 'count', meaning: 'records that may be missing, too many, twice or different', standard: 0 },
  ],
  inconclusiveIf: ['the feed could not be imported, its import was only begun (202), or none of its records is in the list afterwards', 'the imported records could not be read', 'the harness stalled while a rule was refused'],
  evidence: ['records that deviate, with and without rules'],
  remediation:
    'Keep rules for single records (block, override) apart from the imported data, keyed as the source keys its records, and let the importer apply them to every record before it compares with what is there. Read them at the beginning of each import, so that a rule is in force with the next one, and remove a record that is blocked from now on. Taking a rule back must bring the record of the source back with the next import, so never write an override into the source\'s own copy.',
  defects: [{ id: 'impt.blocklist-ignored', how: 'rules are stored but the importer does not read them' }],
  mustNotFire: ['IMPT-02', 'IMPT-03'],
  mayFire: [],
  limits: 'Rules for single keys are tried, not patterns or conditions.',
}

const changeLimit: Requirement = {
  id: 'IMPT-02',
  area: 'IMPT',
  title: 'An import that changes too much stops and asks',
  keyword: 'SHOULD',
  level: 3,
  weight: 2,
  safety: 'destructive',
  statement: 'An import that would change more than the declared share of records SHOULD stop before changing anything and require explicit permission.',
  why: 'An empty or mangled feed should not empty the service.',
  source: [`${book} (change limit)`],
  needs: ['import.run', 'import.changeLimit'],
  absence,
  procedure: [
    'With 200 records imported, import a feed that changes 5 points less than the limit.',
    'Import one that changes 20 points more than the limit; then the same with permission; then an empty one.',
    'Read all records after each, and the alert where one is declared.',
  ],
  passCriterion: 'The first is carried out; the second is refused with nothing changed and (if declared) an alert; the third is carried out; the empty one is refused with nothing changed.',
  thresholds: [
    { key: 'below_margin_points', unit: 'count', meaning: 'percentage points below the limit', standard: 5 },
    { key: 'above_margin_points', unit: 'count', meaning: 'percentage points above the limit', standard: 20 },
    { key: 'changed_when_stopped_max', unit: 'count', meaning: 'records that an import may have changed when it is stopped', standard: 0 },
  ],
  inconclusiveIf: ['the feed could not be imported to begin with', 'an import ended in 5xx, 429 or without an answer', 'the records or the alert could not be read, or the alert was there before anything was stopped'],
  evidence: ['what became of each import', 'records that differ afterwards'],
  remediation:
    'Work out all changes before the first one is made (what is new, what differs, what is gone), compare their number with the records that are there, and stop with an error and an alert when the share is beyond the limit. Carry out what is allowed in one transaction. Permission belongs to one run and is given by whoever looked at the numbers: never a setting that stays.',
  defects: [{ id: 'impt.no-change-limit', how: 'the limit is configured and not checked' }],
  mustNotFire: ['IMPT-01', 'IMPT-03'],
  mayFire: [],
  limits: 'Changed values and an empty feed are tried, not a feed that only adds. Right behind the answer the records are read once: a change that comes later than 300 ms after a refusal may go unseen.',
}

const malformed: Requirement = {
  id: 'IMPT-03',
  area: 'IMPT',
  title: 'A bad record does not leave a half import',
  keyword: 'MUST',
  level: 1,
  weight: 2,
  safety: 'destructive',
  statement: 'An import containing malformed records MUST either leave the data as it was or apply exactly the good records and report the bad ones, and MUST NOT disturb the service.',
  why: 'Data import is an outside party writing to your database.',
  source: [book],
  needs: ['import.run', 'import.malformed', 'traffic.read'],
  absence,
  procedure: [
    'Under mixed load of 20 requests a second import a feed of 200 good records with 5 malformed ones in its middle, and changes before and behind them.',
    'Compare all records with the declared policy, all-or-nothing or skip-and-report, and read what the import reports.',
    'Import the same once more; then the feed without its malformed records, which must succeed.',
  ],
  passCriterion: 'The records are as the policy says, the malformed ones are reported (or the import as a whole is refused), the same import again changes nothing, and no request fails.',
  thresholds: [
    { key: 'malformed', unit: 'count', meaning: 'malformed records in the middle of the feed', standard: 5 },
    { key: 'deviations_max', unit: 'count', meaning: 'records that may be missing, too many, twice or different', standard: 0 },
    { key: 'duplicates_on_rerun_max', unit: 'count', meaning: 'records that may be there twice after the same import again', standard: 0 },
    { key: 'failed_max', unit: 'requests', meaning: 'requests that may fail or be refused meanwhile', standard: 0 },
    { key: 'load_s', unit: 's', meaning: 'how long the load lasts around the imports, at least', standard: 10, quick: 3 },
  ],
  inconclusiveIf: [
    'the feed could not be imported without its malformed records either',
    'the records before are not known or equal the feed',
    'an import ended in 5xx, 429, 202 (begun, and nobody knows how it ends) or without an answer, or the records could not be read',
    'fewer than 30 requests were made beside the imports',
    'the null control failed or the harness stalled near a request that failed',
  ],
  evidence: ['what became of each import, with the records that deviate', 'ids of failed requests'],
  remediation:
    'Parse and check the whole feed before anything is written. Then either refuse it as a whole, naming the lines, or leave the bad records out and report each with its line and reason; write the rest in one transaction, keyed so that the same feed again changes nothing. What a bad line was about is not known: do not remove anything because it seems to be missing. Keep the transaction short, so that users do not wait for it.',
  defects: [{ id: 'impt.aborts-midway', how: 'records before the first bad one are applied, the rest are not, and the import reports success' }],
  mustNotFire: ['IMPT-01', 'IMPT-02'],
  mayFire: [],
  limits: 'One kind of malformed record is tried, the one that the descriptor gives.',
}

/** Data import controls: what may come in, how much of it, and what becomes of what is broken. */
export const requirements: readonly Requirement[] = [rules, changeLimit, malformed]
