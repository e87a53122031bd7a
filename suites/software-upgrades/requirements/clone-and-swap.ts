import type { Requirement } from '../../../core/requirement.js'

export const upgr07: Requirement = {
  id: 'UPGR-07',
  area: 'UPGR',
  title: 'A non-replicated system is upgraded by an exact clone and a swap',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'destructive',
  statement:
    'Where a component is not replicated, upgrading by clone and swap MUST keep the interruption within the declared limit, and the clone MUST contain every acknowledged change at the moment of the swap.',
  why: 'A clone is taken while changes go on, and what was changed after the copy passed by is easily left behind.',
  source: ['The Practice of Cloud System Administration, 2.1.4'],
  needs: ['lifecycle.clone', 'topology.swap', 'topology.balancer', 'lifecycle.stop'],
  absence: { rule: 'na-structural', fact: 'nonReplicated', equals: 'none' },
  procedure: [
    'Write 50 new keys a second through the stable address of the service.',
    'Start a second process of the component, of the new release, with an empty data folder; carry out the declared commands: copy, freeze, catch up.',
    'Let the name of the component lead to the clone, and stop the original, so that nothing can go on using it. Go on writing.',
    'Read every key back.',
  ],
  passCriterion: 'Every acknowledged write is there, no write is left without an answer, and the longest time without an acknowledged write is within the declared limit.',
  thresholds: [
    { key: 'interruption_s_max', unit: 's', meaning: 'longest time without an acknowledged write, where less is not declared', standard: 5 },
    { key: 'acked_between_clone_and_swap_min', unit: 'count', meaning: 'writes acknowledged between the beginning of the clone and the swap', standard: 50, quick: 25, thorough: 150 },
    { key: 'acked_after_swap_min', unit: 'count', meaning: 'writes acknowledged after the original was stopped', standard: 50, quick: 20, thorough: 150 },
    { key: 'lost_max', unit: 'count', meaning: 'acknowledged writes that may be missing', standard: 0 },
    { key: 'unanswered_during_freeze_max', unit: 'requests', meaning: 'writes that may get no answer', standard: 0 },
    { key: 'convergence_s', unit: 's', meaning: 'time a write may take to be readable', standard: 10 },
  ],
  inconclusiveIf: [
    'too few writes were acknowledged between the beginning of the clone and the swap, unless all were refused with an answer',
    'too few writes were acknowledged after the swap, or the original was not seen to end',
    'original and clone are of the same release, where a version is declared',
    'the component was not cloned and swapped to the end, or acknowledged writes could not be read back',
    'the harness was disturbed while writes got no answer or were interrupted',
    'the read of records finds what was never written as well',
  ],
  evidence: ['acknowledged and missing writes, and when they were written', 'longest interruption', 'releases of original and clone', 'writes without an answer'],
  remediation:
    'Copy while changes go on, then refuse changes with an explicit answer, carry over what the copy missed, compare the number of the last change on both sides, and only then swap. Keep a log of changes with numbers, so that "everything since" can be asked for.',
  defects: [{ id: 'upgr.clone-misses-late-writes', how: 'the clone is taken while writes go on and they are not carried over' }],
  mustNotFire: ['BKUP-02', 'UPGR-06'],
  mayFire: [],
  limits: 'One component is tried, and only what the declared write and read reach in it.',
}
