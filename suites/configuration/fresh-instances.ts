import type { ConfigDeclaration } from '../../core/declarations/config.js'
import type { UnitChanges } from '../../core/driver.js'
import type { ApartDeployment, ScenarioContext } from '../../core/scenario.js'
import { configurationOf, type Acts } from './acts.js'
import { serialiseAs, type Parsed } from './format.js'

export interface FreshOptions {
  readonly config: ConfigDeclaration
  readonly archiveOfA: string | undefined
  readonly parsed: Parsed
}

/** New instances with nothing but their configuration: from the archive of A, and, where two are asked for, from B. */
export async function freshInstances(context: ScenarioContext, acts: Acts, { config, archiveOfA, parsed }: FreshOptions): Promise<void> {
  if (archiveOfA !== undefined) await freshInstance(context, acts, { config, label: 'fresh', text: archiveOfA, parsed })
  if (context.selected.has('CONF-01') && context.threshold('CONF-01', 'sentinels') > 1) {
    await freshInstance(context, acts, { config, label: 'fresh-b', text: serialiseAs(acts.plan.format, configurationOf(acts.plan, parsed, 'B')), parsed })
  }
}

interface FreshInstance {
  readonly config: ConfigDeclaration
  readonly label: 'fresh' | 'fresh-b'
  readonly text: string
  readonly parsed: Parsed
}

async function freshInstance(context: ScenarioContext, acts: Acts, given: FreshInstance): Promise<void> {
  const { config, label, text } = given
  const name = `apart-${label}`
  const timeoutMs = Math.min(context.threshold('CONF-01', 'ready_within_s') * 1_000, context.service.lifecycle.startTimeoutMs)
  const file = await context.files.write(`${name}.${config.format}`, text)
  context.observe('fresh-given', name, { label, text })
  const apart = await context.control.deployApart({ name, replicas: 1, ...(config.fresh === undefined ? {} : { changes: filled(config.fresh.changes, { configuration: text, file }), install: config.fresh.install }) })
  if (config.fresh === undefined) {
    await context.until(`${name} takes its configuration`, async () => (await acts.give('config.apply', label, text, { to: name }))?.ok === true, timeoutMs)
  }
  const ready = await apart.ready(timeoutMs)
  context.observe('fresh-ready', name, { label, ready, tookMs: Math.round(context.now() - apart.startedAtMs) })
  if (ready) await lookAtFresh(context, acts, { ...given, apart, file: config.fresh !== undefined && usesFile(config.fresh.changes) })
  await apart.end()
}

async function lookAtFresh(context: ScenarioContext, acts: Acts, { label, parsed, apart, file }: FreshInstance & { readonly apart: ApartDeployment; readonly file: boolean }): Promise<void> {
  const { name } = apart
  await acts.untilShown(label, { at: [name], timeoutMs: acts.plan.effectiveWithinMs })
  await acts.archive(label, name)
  if (label !== 'fresh' || !file || !context.selected.has('CONF-06')) return
  // What lies on disk is another thing than what is in force, until somebody reloads it.
  await context.files.write(`${name}.${acts.plan.format}`, serialiseAs(acts.plan.format, configurationOf(acts.plan, parsed, 'B')))
  context.observe('file-edited', name, {})
  await acts.look('file edited', [name])
  await acts.archive('file edited', name)
  await acts.look('file edited', [name])
}

const fill = (text: string, values: Readonly<Record<'configuration' | 'file', string>>): string => text.replace(/\{(configuration|file)\}/g, (_, name: 'configuration' | 'file') => values[name])

function filled({ command, env }: UnitChanges, values: Readonly<Record<'configuration' | 'file', string>>): UnitChanges {
  return {
    ...(command === undefined ? {} : { command: command.map((word) => fill(word, values)) }),
    ...(env === undefined ? {} : { env: Object.fromEntries(Object.entries(env).map(([key, text]) => [key, fill(text, values)])) }),
  }
}

const usesFile = ({ command, env }: UnitChanges): boolean => [...(command ?? []), ...Object.values(env ?? {})].some((text) => text.includes('{file}'))
