import type { ConfigDeclaration } from '../../core/declarations/config.js'
import type { RequirementId } from '../../core/requirement.js'
import type { Load, Scenario, ScenarioContext } from '../../core/scenario.js'
import { actsOf, configurationOf, type Acts } from './acts.js'
import { archiveIsInForce } from './archive-is-in-force.check.js'
import { archivesCanBeCompared } from './archives-can-be-compared.check.js'
import { archivingIsHarmless } from './archiving-is-harmless.check.js'
import { backgroundLoad, type ConfigurationPlan } from './experiment.js'
import { brokenText, parseAs, serialiseAs, type Parsed } from './format.js'
import { archivesAreRestored } from './archives-are-restored.check.js'
import { archivesAreText } from './archives-are-text.check.js'
import { changesTakeEffectEverywhere } from './changes-take-effect-everywhere.check.js'
import { freshInstances } from './fresh-instances.js'
import { freshInstancesNeedNobody } from './fresh-instances-need-nobody.check.js'
import { invalidIsRefusedWhole } from './invalid-is-refused-whole.check.js'
import { withValue } from './paths.js'

const ratePerSecond = 100
const durationMaxMs = 600_000
/** Time stamps of whole seconds in an archive show after this long. */
const secondPassesMs = 1_100
const watchMsMin = 500
/** Requests are planned a little before they are counted, and some may be given up by the harness. */
const surplus = 1.1

export const scenario: Scenario = {
  id: 'configuration/configuration-is-an-everyday-matter',
  title: 'Configuration is changed, archived, compared, restored and refused while the service runs',
  needs: ['config.archive', 'config.apply', 'topology.balancer'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (service, profile) => {
    const burstMs = profile === 'quick' ? 4_000 : 20_000
    return burstMs + 8_000 + service.lifecycle.startTimeoutMs / 4
  },
  exercise,
  checks: [
    freshInstancesNeedNobody,
    changesTakeEffectEverywhere,
    archivesAreRestored,
    archivesCanBeCompared,
    archivingIsHarmless,
    archiveIsInForce,
    archivesAreText,
    invalidIsRefusedWhole,
  ],
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { config } = context.service
  if (config === undefined) return
  const plan = planFor(context, config)
  const acts = actsOf(context, config, plan)
  const load = context.traffic.start({ name: backgroundLoad, ratePerSecond, operations: 'mixed', via: 'balancer', connections: 'keep-alive', durationMaxMs })
  const found = await archiveWhatIsFound(context, acts)
  const parsed = parsedOr(plan, found)
  if (typeof parsed === 'string') {
    context.fact('configuration-plan', { ...plan, unusable: parsed })
    return load.stop()
  }
  const archiveOfA = await change(context, acts, { parsed, load })
  if (context.selected.has('CONF-08')) await refuse(context, acts, { config, parsed, load })
  await load.stop()
  context.observe('load-ended', 'scenario', {})
  const ended = await Promise.allSettled([
    selects(context, 'CONF-04', 'CONF-08') ? restart(context, acts) : undefined,
    selects(context, 'CONF-01', 'CONF-03', 'CONF-06') && context.leftAlone('lifecycle.apart') === undefined ? freshInstances(context, acts, { config, archiveOfA, parsed }) : undefined,
  ])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

const selects = (context: ScenarioContext, ...ids: readonly RequirementId[]): boolean => ids.some((id) => context.selected.has(id))

function planFor(context: ScenarioContext, config: ConfigDeclaration): ConfigurationPlan {
  const instances = context.instances.map((one) => one.id)
  const { format, volatile, opaque, effectiveWithinMs } = config
  const settings = config.settings.map(({ name, path, values, deletable }) => ({ name, path, values, deletable }))
  const refused = context.leftAlone('lifecycle.apart')
  const plan: ConfigurationPlan = { format, volatile, opaque, effectiveWithinMs, settings, instances, archivedFrom: instances[0] ?? 'balancer', ...(refused === undefined ? {} : { noFresh: refused.reason }) }
  context.fact('configuration-plan', plan)
  return plan
}

/** The parsed archive, or why nothing can be made of it. */
function parsedOr(plan: ConfigurationPlan, text: string | undefined): Parsed | string {
  if (text === undefined) return 'no archive could be taken'
  try {
    const parsed = parseAs(plan.format, text)
    return typeof parsed === 'object' && parsed !== null ? parsed : `the archive is no ${plan.format} with keys`
  } catch {
    return `the archive is no ${plan.format}`
  }
}

/** Nothing is changed yet: archives under load, with ordinary traffic before and after. */
async function archiveWhatIsFound(context: ScenarioContext, acts: Acts): Promise<string | undefined> {
  context.step('the configuration as it was found')
  await acts.look('found')
  const found = await acts.archive('found')
  if (!context.selected.has('CONF-05')) {
    await context.pause(secondPassesMs)
    await acts.archive('found')
    return found
  }
  const spanMs = context.threshold('CONF-05', 'span_s') * 1_000
  await context.pause(spanMs)
  context.step(`archives are taken back to back for ${spanMs / 1_000} s`)
  const beganAtMs = context.now()
  const atLeast = context.threshold('CONF-05', 'archives')
  // A slow archive is not taken as often as a quick one, but the time for it has an end.
  for (let taken = 0; context.now() - beganAtMs < spanMs || (taken < atLeast && context.now() - beganAtMs < 4 * spanMs); taken++) {
    await acts.archive('found')
    await context.pause(Math.min(50, spanMs / (2 * atLeast)))
  }
  context.observe('burst-ended', 'scenario', {})
  return found
}

/** A, B, the restored A, and B again. Returns the archive of A. */
async function change(context: ScenarioContext, acts: Acts, { parsed, load }: { readonly parsed: Parsed; readonly load: Load }): Promise<string | undefined> {
  const { format } = acts.plan
  const [a, b] = (['A', 'B'] as const).map((label) => serialiseAs(format, configurationOf(acts.plan, parsed, label)))
  const sentBefore = load.counts().planned
  context.step('configuration A')
  await acts.give('config.apply', 'A', a ?? '', { whileShowing: 'A' })
  const archive = await acts.archive('A')
  await acts.archive('A once more')
  if (context.selected.has('CONF-07')) await roundTrip(acts, archive)
  context.step('configuration B')
  await acts.give('config.apply', 'B', b ?? '', { whileShowing: 'B' })
  await acts.archive('B')
  context.step('configuration A is restored')
  const restores = context.selected.has('CONF-03') && archive !== undefined
  await acts.give(restores ? 'config.restore' : 'config.apply', 'restored', restores ? archive : (a ?? ''))
  await acts.untilShown('restored', { timeoutMs: acts.plan.effectiveWithinMs })
  if (restores) await acts.archive('restored')
  context.step('configuration B once more')
  await acts.look('before B once more')
  await acts.give('config.apply', 'B once more', b ?? '', { whileShowing: 'B once more' })
  await acts.archive('B once more')
  const enough = sentBefore + surplus * context.threshold('CONF-02', 'requests_min')
  await context.until('enough requests were sent around the changes', () => load.counts().planned >= enough, 30_000)
  await acts.look('B once more')
  context.observe('changes-ended', 'scenario', {})
  return archive
}

async function roundTrip(acts: Acts, archive: string | undefined): Promise<void> {
  const { plan } = acts
  const parsed = parsedOr(plan, archive)
  if (archive === undefined || typeof parsed === 'string') return
  await acts.give('config.apply', 'round trip', serialiseAs(plan.format, parsed), { whileShowing: 'A' })
  await acts.archive('round trip')
}

/** Three configurations that must be refused while B is in force; whatever half of them could show would be seen. */
async function refuse(context: ScenarioContext, acts: Acts, { config, parsed, load }: { readonly config: ConfigDeclaration; readonly parsed: Parsed; readonly load: Load }): Promise<void> {
  const [invalid] = config.invalid
  const b = configurationOf(acts.plan, parsed, 'B')
  const spoilt = (good: Parsed): string | undefined => (invalid === undefined ? undefined : serialiseAs(acts.plan.format, withValue(good, invalid.path, invalid.value)))
  const attempts = {
    syntax: brokenText(acts.plan.format, serialiseAs(acts.plan.format, configurationOf(acts.plan, parsed, 'A'))),
    type: spoilt(b),
    half: spoilt(configurationOf(acts.plan, parsed, 'A')),
  }
  context.step('configurations that must be refused')
  const sentBefore = load.counts().planned
  const watchMs = Math.max(watchMsMin, context.threshold('CONF-08', 'watch_s') * 1_000)
  for (const [label, text] of Object.entries(attempts)) {
    if (text === undefined) continue
    await acts.give('config.apply', label, text)
    await acts.watch(label, watchMs)
    await acts.archive(label)
  }
  const enough = sentBefore + surplus * context.threshold('CONF-08', 'requests_min')
  await context.until('enough requests were sent around the refusals', () => load.counts().planned >= enough, 30_000)
  context.observe('refusals-ended', 'scenario', {})
}

/** The next start of one instance, with what its predecessor left behind. */
async function restart(context: ScenarioContext, acts: Acts): Promise<void> {
  const target = acts.plan.archivedFrom
  context.step(`${target} is restarted`)
  const stopped = await context.control.stop(target, 'restart')
  await context.control.start(target, 'restart')
  const startedAtMs = context.now()
  const ready = await context.untilReady(target, context.service.lifecycle.startTimeoutMs)
  context.observe('restarted', target, { ready, tookMs: Math.round(context.now() - startedAtMs), killed: stopped.killed })
  if (!ready) return
  await acts.untilShown('restarted', { at: [target], timeoutMs: acts.plan.effectiveWithinMs })
  await acts.archive('restarted')
}
