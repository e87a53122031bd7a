import type { Requirement } from '../../core/requirement.js'

const runbook: Requirement = {
  id: 'DOCS-01',
  area: 'DOCS',
  title: 'The runbook is complete and its commands work',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'destructive',
  statement: 'A runbook SHOULD describe every declared operation, and each command in it SHOULD work as written.',
  why: 'Documentation is a stepping stone to automation, and a stale step is found during the outage.',
  source: ['The Practice of Cloud System Administration, 2.1.17', 'Site Reliability Engineering: playbooks', 'AWS Well-Architected, OPS07'],
  needs: ['docs.runbook', 'topology.balancer'],
  absence: { rule: 'fail' },
  procedure: [
    'Read the runbook, and look for a section about each declared operation: one whose heading names it or that has a command tagged with it; the sections about start and stop must say the promised times.',
    'Run every fenced block that is tagged `operation=NAME`, in the order of the text, with a shell that ends at the first failure; variables such as $SERVICE_URL, $REPLICA_URL and $BACKUP are set.',
    'Look for the effect of each by other means than its own word: readiness, release, the file, the value that behaviour shows on every instance, and a record that was removed after the backup and is back after the restore.',
  ],
  passCriterion: 'Every declared operation has a section, and every tagged command ended with success and had its effect.',
  thresholds: [
    { key: 'operations_undocumented_max', unit: 'count', meaning: 'declared operations without a section', standard: 0 },
    { key: 'failing_commands_max', unit: 'count', meaning: 'commands that fail, or whose effect is not seen', standard: 0 },
  ],
  inconclusiveIf: [
    'the runbook has no tagged command (what it describes is judged all the same)',
    'a command did not end, or the scenario did not reach it',
    'the effect of a command was there before it was run, or no effect can be seen from outside',
  ],
  evidence: ['operations that are described', 'each command with its exit code and effect'],
  remediation:
    'Keep the runbook beside the code and give it a section for each operation, with the command to paste and how long it takes. Tag the commands, and run them in every build as they stand, so that a flag that is renamed breaks the build and not the night.',
  defects: [{ id: 'docs.stale-command', how: 'the restore section uses a flag that no longer exists' }],
  mustNotFire: ['OPER-01', 'BKUP-03'],
  mayFire: [],
  limits: 'Only tagged commands are run. Whether people understand the text is not tested.',
}

/** Documentation for operations. */
export const requirements: readonly Requirement[] = [runbook]
