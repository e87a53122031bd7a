import { describe, expect, test } from 'vitest'
import { fact } from '../../core/checks/literal-events.test-support.js'
import { historyOf, type HistoryEvent } from '../../core/history.js'
import type { RunbookCommand, RunbookFact } from './names.js'
import { runbookCommandsWork, runbookIsComplete } from './runbook.checks.js'
import { readRunbook, saysSeconds, sectionOf } from './runbook.js'

const markdown = `# Runbook
## Start
Ready within 12 s.
## Taking it out
\`\`\`sh operation=drain
curl -X POST "$REPLICA_URL/drain"
\`\`\`
### Undrain
\`\`\`sh {operation="undrain"}
first
second
\`\`\`
\`\`\`sh
not --run
\`\`\`
`

describe('readRunbook', () => {
  const runbook = readRunbook(markdown)
  test('finds tagged commands in order, and no others', () => {
    expect(runbook.commands).toEqual([{ operation: 'drain', text: 'curl -X POST "$REPLICA_URL/drain"' }, { operation: 'undrain', text: 'first\nsecond' }])
  })
  test.each([['start', 'Start'], ['drain', 'Taking it out'], ['undrain', 'Undrain'], ['restore', undefined], ['art', undefined]])('the section of %s is %s', (operation, heading) => {
    expect(sectionOf(runbook, operation)?.heading).toBe(heading)
  })
  test.each([
    ['Draining a replica', 'drain'], ['Feature toggles', 'toggle'], ['Backups', 'backup'], ['Backing up', 'backup'], ['Upgrades', 'upgrade'], ['Configuration', 'configure'], ['Shutting down', 'stop'], ['Start-up', 'start'], ['Restoring one account', 'restore'],
  ])('a heading %s is about %s', (heading, operation) => {
    expect(sectionOf(readRunbook(`# Runbook\n\n## ${heading}\n\nAs follows.\n`), operation)?.heading).toBe(heading)
  })
  test('undraining is not draining, and a heading with nothing below describes nothing', () => {
    expect(sectionOf(readRunbook('## Undraining\n\nAs follows.\n'), 'drain')).toBeUndefined()
    expect(sectionOf(readRunbook('## Restore\n\n<!-- to do -->\n\n## Backup\n\nAs follows.\n'), 'restore')).toBeUndefined()
    expect(sectionOf(readRunbook('## Restore\n\n### An account\n\nAs follows.\n\n## Backup\n'), 'restore')?.heading).toBe('Restore')
    expect(sectionOf(readRunbook('## Restore\n\n### An account\n\n## Backup\n\nAs follows.\n'), 'restore')).toBeUndefined()
  })
  test('times in other units', () => {
    expect(saysSeconds('at most two and a half: 2.5 minutes', 150)).toBe(true)
    expect(saysSeconds('a 30-second wait', 30)).toBe(true)
    expect(saysSeconds('1500 ms', 1.5)).toBe(true)
    expect(saysSeconds('2 months', 120)).toBe(false)
  })
  test.each([['within 12 s', true], ['12s', true], ['12 seconds', true], ['112 s', false], ['1.12 s', false], ['12 sheep', false], ['120 s', false]])('%s says 12 seconds: %s', (text, said) => {
    expect(saysSeconds(text, 12)).toBe(said)
  })
})

const thresholds = { operations_undocumented_max: 0, failing_commands_max: 0 }
const right: RunbookFact = { file: '/RUNBOOK.md', found: true, operations: ['start', 'drain', 'restore'], documented: ['start', 'drain', 'restore'], times: [{ operation: 'start', seconds: 12, said: true }], commands: ['drain', 'restore'] }
const run = (operation: string, more: Partial<RunbookCommand> = {}): RunbookCommand => ({ operation, line: `do ${operation}`, ok: true, exitCode: 0, output: '', effectBefore: false, effectAfter: true, ...more })
const history = (more: Partial<RunbookFact> = {}, runs: readonly RunbookCommand[] = [run('drain'), run('restore')]) =>
  historyOf([fact('runbook', { ...right, ...more }), ...runs.map((value): HistoryEvent => ({ kind: 'observation', probe: 'runbook-command', target: value.operation, atMs: 1, value }))])

describe('the runbook is complete', () => {
  test('passed', () => {
    expect(runbookIsComplete.evaluate(history(), thresholds)).toMatchObject({ outcome: 'passed', summary: 'the runbook describes all 3 operations' })
  })
  test.each<[string, Partial<RunbookFact>, string]>([
    ['it is not there', { found: false }, 'there is no runbook at /RUNBOOK.md'],
    ['an operation is missing', { documented: ['start', 'drain'] }, 'the runbook says nothing of restore'],
    ['a time is missing', { times: [{ operation: 'start', seconds: 12, said: false }] }, 'the runbook does not say that a start takes 12 s at most'],
  ])('failed: %s', (_what, more, summary) => {
    expect(runbookIsComplete.evaluate(history(more), thresholds)).toMatchObject({ outcome: 'failed', summary })
  })
  test('inconclusive: none was read', () => {
    expect(runbookIsComplete.evaluate(historyOf([]), thresholds).outcome).toBe('inconclusive')
  })
})

describe('the commands of the runbook work', () => {
  test('passed, also with a command whose effect nothing can show', () => {
    const { effectBefore: _, effectAfter: __, ...unseen } = run('restore')
    expect(runbookCommandsWork.evaluate(history(), thresholds)).toMatchObject({ outcome: 'passed', summary: '2 commands of the runbook worked as written' })
    expect(runbookCommandsWork.evaluate(history({}, [run('drain'), unseen]), thresholds).outcome).toBe('passed')
  })
  test.each<[string, RunbookCommand, string]>([
    ['it ends with an error', run('restore', { ok: false, exitCode: 64, error: '--prefix is unknown', effectAfter: false }), 'restore ended with exit code 64: --prefix is unknown'],
    ['it does nothing', run('restore', { effectAfter: false }), 'restore ended well, and nothing of it was to be seen'],
  ])('failed: %s', (_what, broken, summary) => {
    expect(runbookCommandsWork.evaluate(history({}, [run('drain'), broken]), thresholds)).toMatchObject({ outcome: 'failed', summary })
  })
  const { exitCode: _, ...endless } = run('restore', { ok: false, error: 'it had not ended after 120 s' })
  const { effectBefore: __, effectAfter: ___, ...unseen } = run('drain')
  test.each<[string, Partial<RunbookFact>, readonly RunbookCommand[], string]>([
    ['there is no tagged command', { commands: [] }, [], 'no command that is tagged'],
    ['a command did not end', {}, [run('drain'), endless], 'restore did not end'],
    ['not all were run', {}, [run('drain')], '1 of 2 commands were run'],
    ['the effect was there before', {}, [run('drain', { effectBefore: true }), run('restore')], 'the effect of drain was there before'],
    ['no effect can be seen', {}, [unseen, { ...unseen, operation: 'restore' }], 'no command has an effect'],
  ])('inconclusive: %s', (_what, more, runs, summary) => {
    expect(runbookCommandsWork.evaluate(history(more, runs), thresholds)).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining(summary) as string })
  })
  test('inconclusive: none was read', () => {
    expect(runbookCommandsWork.evaluate(historyOf([]), thresholds).outcome).toBe('inconclusive')
  })
})
