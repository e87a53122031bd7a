import type { FeedRecord } from '../../core/declarations/import.js'
import type { RequirementId } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { anImportThatChangesTooMuchStops } from './an-import-that-changes-too-much-stops.check.js'
import { badRecordsLeaveNoHalfImport } from './bad-records-leave-no-half-import.check.js'
import { changedFeed, changeSizes, firstFeed, inTheMiddle, spread, underRules } from './feeds.js'
import { runImport } from './import-run.js'
import { importFact, importLoad, ruleIntervention, ruleLabel, type ImportFact, type RuleKind } from './names.js'
import { rulesAreObeyed } from './rules-are-obeyed.check.js'

export const scenario: Scenario = {
  id: 'data-import-controls/imports-are-controlled',
  title: 'Operators decide what an import may bring in and how much it may change',
  needs: ['import.run'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (_service, profile) => (profile === 'quick' ? 8_000 : 20_000),
  exercise,
  checks: [rulesAreObeyed, anImportThatChangesTooMuchStops, badRecordsLeaveNoHalfImport],
}

const loadPerSecond = 20

async function exercise(context: ScenarioContext): Promise<void> {
  const needs = (id: RequirementId): boolean => context.selected.has(id)
  const first = firstFeed(context.threshold('IMPT-01', 'records'))
  const fact = factOf(context, first)
  context.fact(importFact, fact)
  if (needs('IMPT-01')) await importUnderRules(context, first, fact)
  context.step('the feed is imported without rules')
  await runImport(context, { name: 'unruled', feed: first, permitted: true, becomes: first })
  const changed = needs('IMPT-02') ? await changeTooMuch(context, first) : first
  if (needs('IMPT-03')) await importBroken(context, changed, fact.malformed)
}

function factOf(context: ScenarioContext, first: readonly FeedRecord[]): ImportFact {
  const { records, malformed, changeShareMax, alert } = context.service.import!
  const blocked = context.threshold('IMPT-01', 'blocked')
  const ruled = spread(blocked + context.threshold('IMPT-01', 'overridden'), first.length)
  const keys = first.filter((_one, index) => ruled(index)).map(([key]) => key)
  return {
    key: records.key,
    value: records.value,
    ...(malformed === undefined ? {} : { policy: malformed.kind }),
    ...(changeShareMax === undefined ? {} : { changeShareMax }),
    hasAlert: alert !== undefined,
    blocked: keys.slice(0, blocked),
    overridden: keys.slice(blocked).map((key) => [key, `ours of ${key}`] as const),
    malformed: context.threshold('IMPT-03', 'malformed'),
  }
}

async function importUnderRules(context: ScenarioContext, feed: readonly FeedRecord[], { blocked, overridden }: ImportFact): Promise<void> {
  context.step('records are blocked and overridden, and the feed is imported')
  for (const key of blocked) await setRule(context, 'block', key)
  for (const [key, value] of overridden) await setRule(context, 'override', key, value)
  await runImport(context, { name: 'ruled', feed, permitted: true, becomes: underRules(feed, blocked, overridden) })
  for (const key of [...blocked, ...overridden.map(([one]) => one)]) await setRule(context, 'clear', key)
}

async function setRule(context: ScenarioContext, kind: RuleKind, key: string, value = ''): Promise<void> {
  await context.control.perform(context.service.import!.rules![kind], { name: ruleIntervention, target: context.instances[0]!.id, label: ruleLabel(kind, key), values: { key, value } })
}

/** Returns the feed whose records are there if all is well. */
async function changeTooMuch(context: ScenarioContext, before: readonly FeedRecord[]): Promise<readonly FeedRecord[]> {
  const sizes = changeSizes(before.length, context.service.import!.changeShareMax!, { belowPoints: context.threshold('IMPT-02', 'below_margin_points'), abovePoints: context.threshold('IMPT-02', 'above_margin_points') })
  const little = changedFeed(before, spread(sizes.below, before.length), 'second')
  const much = changedFeed(little, spread(sizes.above, before.length), 'third')
  context.step('an import that changes less than the limit')
  await runImport(context, { name: 'below', feed: little, becomes: little })
  context.step('imports that change more, with and without permission, and an empty one')
  await runImport(context, { name: 'above', feed: much })
  await runImport(context, { name: 'permitted', feed: much, permitted: true, becomes: much })
  await runImport(context, { name: 'empty', feed: [] })
  return much
}

/** A feed with malformed lines in its middle, and changes before and behind them, twice, and then without those lines. */
async function importBroken(context: ScenarioContext, before: readonly FeedRecord[], malformed: number): Promise<void> {
  const edge = Math.ceil(before.length / 20)
  const feed = changedFeed(before, (index) => index < edge || index >= before.length - edge, 'fourth')
  const malformedAt = inTheMiddle(malformed, before.length)
  const untilMs = context.now() + context.threshold('IMPT-03', 'load_s') * 1_000
  context.step('a feed with malformed records is imported under load')
  const load = context.traffic.start({ name: importLoad, ratePerSecond: loadPerSecond, operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs: 120_000 })
  await context.pause(500)
  const becomes = context.service.import!.malformed?.kind === 'skip-and-report' ? { becomes: feed } : {}
  await runImport(context, { name: 'broken', feed, malformedAt, ...becomes })
  await runImport(context, { name: 'broken-again', feed, malformedAt, ...becomes })
  await runImport(context, { name: 'mended', feed, permitted: true, becomes: feed })
  await context.pause(Math.max(0, untilMs - context.now()))
  await load.stop()
}
