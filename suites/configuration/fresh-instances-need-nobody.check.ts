import { failed, inconclusive, passed, type Check, type Finding } from '../../core/check.js'
import { counted, listed, spanned } from '../../core/checks/counted.js'
import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import { numberThreshold, type ThresholdValues } from '../../core/requirement.js'
import { behavioursOf, isSeen, planOf, readText, sameValue, type ConfigurationPlan, type PlannedSetting } from './experiment.js'
import { parseAs, type Parsed } from './format.js'
import { valueAt } from './paths.js'
import { nothingChanged, unlessDisturbed } from './traffic-around.js'

interface FreshReady {
  readonly label: string
  readonly ready: boolean
  readonly tookMs: number
}

/** CONF-01: a new instance is ready and behaves as configured, and nobody did anything but give it its configuration. */
export const freshInstancesNeedNobody: Check = {
  id: 'fresh-instances-need-nobody',
  requirement: 'CONF-01',
  evaluate(history, thresholds) {
    const plan = planOf(history)
    if (plan === undefined) return nothingChanged
    if (plan.unusable !== undefined) return inconclusive(plan.unusable)
    const ends = observationsOf(history, 'fresh-ready')
    const findings = ends.map((event) => judgeOne(history, plan, { name: event.target, end: event.value as FreshReady, atMs: event.atMs, thresholds }))
    const worst = findings.find((one) => one.outcome === 'failed') ?? findings.find((one) => one.outcome !== 'passed')
    if (worst !== undefined) return worst
    const sentinels = numberThreshold(thresholds, 'sentinels')
    if (findings.length < sentinels) return inconclusive(`${counted(findings.length, 'fresh instance')} was seen to its end, needs ${sentinels}`)
    return passed(findings.map((one) => one.summary).join('; '), findings.flatMap((one) => one.evidence))
  },
}

interface One {
  readonly name: string
  readonly end: FreshReady
  readonly atMs: number
  readonly thresholds: ThresholdValues
}

function judgeOne(history: History, plan: ConfigurationPlan, { name, end, atMs, thresholds }: One): Finding {
  const limitMs = numberThreshold(thresholds, 'ready_within_s') * 1_000
  const window = { fromMs: atMs - end.tookMs, toMs: atMs }
  const evidence = [{ note: `${name}: time until ready`, measured: Math.round(end.tookMs), allowed: limitMs, unit: 'ms' as const }]
  if (!end.ready) return unlessDisturbed(history, window, { finding: failed(`a fresh instance that was given its configuration was not ready after ${spanned(end.tookMs)}`, evidence), limitMs: end.tookMs })
  if (end.tookMs > limitMs) return unlessDisturbed(history, window, { finding: failed(`a fresh instance was ready only after ${spanned(end.tookMs)}, allowed are ${spanned(limitMs)}`, evidence), limitMs })
  const given = givenTo(history, plan, name)
  if (typeof given === 'string') return inconclusive(given)
  const tried = plan.settings.filter((one) => valueAt(given.parsed, one.path) !== undefined)
  const blind = tried.filter((one) => byDefault(history, plan, one, valueAt(given.parsed, one.path)))
  const telling = tried.filter((one) => !blind.includes(one))
  const min = numberThreshold(thresholds, 'settings_min')
  if (telling.length < min) return inconclusive(`${counted(telling.length, 'setting')} of the given configuration can be seen in behaviour and is not the default, needs ${min}`)
  const last = behavioursOf(history, end.label, name).at(-1)
  if (last === undefined) return inconclusive(`${name} was not looked at`)
  const unread = telling.filter((one) => !isSeen(last.values[one.name] ?? { outcome: 'reset' }))
  if (unread[0] !== undefined) return inconclusive(`${listed(unread.map((one) => one.name))} of ${name} could not be read: ${readText(last.values[unread[0].name])}`)
  const wrong = telling.filter((one) => !sameValue(last.values[one.name]?.value, valueAt(given.parsed, one.path)))
  if (wrong[0] !== undefined) return failed(`a fresh instance does not behave as configured: ${listed(wrong.map((one) => `${one.name} is ${readText(last.values[one.name])}`))}`, evidence)
  return passed(`a fresh instance was ready ${spanned(end.tookMs)} after its start and showed ${listed(telling.map((one) => one.name))} as configured`, evidence)
}

function givenTo(history: History, plan: ConfigurationPlan, name: string): { readonly parsed: Parsed } | string {
  const given = observationsOf(history, 'fresh-given', name).at(-1)?.value as { readonly text: string } | undefined
  if (given === undefined) return `what ${name} was given is not known`
  try {
    return { parsed: parseAs(plan.format, given.text) }
  } catch {
    return `what ${name} was given is no ${plan.format}`
  }
}

/** Whether the value was there before anything was configured, so that seeing it proves nothing. */
function byDefault(history: History, plan: ConfigurationPlan, setting: PlannedSetting, value: unknown): boolean {
  const found = behavioursOf(history, 'found').filter((one) => plan.instances.includes(one.via)).at(-1)?.values[setting.name]
  return found === undefined || (found.outcome === 'read' ? sameValue(found.value, value) : found.outcome !== 'absent')
}
