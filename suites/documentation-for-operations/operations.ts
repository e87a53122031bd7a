import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { parseAs, serialiseAs } from '../configuration/format.js'
import { withValue } from '../configuration/paths.js'
import { tasksOf, type OperatorTask } from '../operations-as-code/operations.js'

/** What a runbook calls the operations that the descriptor declares. Starting and stopping are always there. */
export function declaredOperations({ lifecycle, backup, config, toggles }: ServiceDescriptor): readonly string[] {
  const restores = backup?.restoreLive !== undefined || backup?.restoreIsolated !== undefined || backup?.restoreAccount !== undefined
  const declared: readonly (readonly [string, boolean])[] = [
    ['start', true],
    ['stop', true],
    ['drain', lifecycle.drain !== undefined],
    ['undrain', lifecycle.undrain !== undefined],
    ['upgrade', lifecycle.upgrade !== undefined],
    ['configure', config?.apply !== undefined],
    ['toggle', toggles !== undefined],
    ['backup', backup !== undefined],
    ['restore', restores],
  ]
  return declared.filter(([, isDeclared]) => isDeclared).map(([name]) => name)
}

/** How it is seen from outside that a command of the runbook had its effect. */
export interface Effect {
  seen(): Promise<boolean>
  readonly withinMs: number
}

/** Names of the shell variables that commands may use, and what they stand for. */
export interface CommandWorld {
  readonly variables: Readonly<Record<string, string>>
  readonly effects: ReadonlyMap<string, Effect>
  /** To be done after a backup and before it is restored. */
  afterBackup(): Promise<void>
}

const effectMs = 10_000

/** Prepares what the commands work on, and the witnesses that OPER-01 uses where it has any. */
export async function commandWorld(context: ScenarioContext, spare: string): Promise<CommandWorld> {
  const { service, instances } = context
  const [feature] = service.toggles?.features ?? []
  const configuration = await changedConfiguration(context)
  const tasks = tasksOf({ context, spare, ...(configuration === undefined ? {} : { configuration: configuration.found }) })
  const kept = await keptRecord(context)
  const backup = context.files.path('backup')
  const url = (id: string): string => instances.find((one) => one.id === id)?.url.origin ?? ''
  const { upgrade } = service.lifecycle
  const variables: Record<string, string> = {
    REPLICA: spare,
    REPLICA_URL: url(spare),
    SERVICE_URL: url(instances[0]?.id ?? spare),
    REPLICAS: `${spare}=${url(spare)}`,
    BACKUP: backup,
    FEATURE: feature?.name ?? '',
    FEATURE_STATE: feature?.default === true ? 'false' : 'true',
    CONFIGURATION: configuration?.path ?? '',
    RELEASE: upgrade?.to ?? '',
    PREFIX: kept?.prefix ?? '',
    ...Object.fromEntries(context.components.map(({ name, host, port }) => [name.toUpperCase().replaceAll('-', '_'), `${host}:${port}`])),
  }
  const effects = new Map<string, Effect>()
  for (const [operation, task] of taskNames) {
    const form = tasks.find(({ name }) => name === task)?.proper
    if (form !== undefined) effects.set(operation, { seen: () => form.effect(), withinMs: Math.max(effectMs, form.withinMs ?? 0) })
  }
  const reads = upgrade?.releases[upgrade.to]?.reads
  if (upgrade !== undefined) effects.set('upgrade', { withinMs: service.lifecycle.startTimeoutMs, seen: async () => String((await context.traffic.readValue({ name: 'version', probe: upgrade.version, via: spare })).value) === String(reads) })
  // Without the file itself nothing tells a backup: OPER-01 looks for it where it asked for it, and so do we.
  effects.set('backup', { withinMs: effectMs, seen: async () => ((await context.files.describe(backup))?.bytes ?? 0) > 0 })
  if (kept !== undefined) effects.set('restore', { withinMs: effectMs, seen: kept.isThere })
  return { variables, effects, afterBackup: async () => kept?.remove() }
}

const taskNames: readonly (readonly [string, OperatorTask['name']])[] = [['drain', 'drain'], ['undrain', 'undrain'], ['configure', 'config.apply'], ['toggle', 'toggles.set']]

/** A configuration that differs from the one in force in its first setting, as a file. */
async function changedConfiguration(context: ScenarioContext): Promise<{ readonly path: string; readonly found: { readonly text: string; readonly parsed: unknown } } | undefined> {
  const { config } = context.service
  const [setting] = config?.settings ?? []
  const [first] = context.instances
  if (config?.archive === undefined || setting === undefined || first === undefined) return undefined
  const { ok, output } = await context.control.perform(config.archive, { name: 'config.archive', target: config.archive.via === 'exec' ? 'operator' : first.id, label: 'found' })
  if (!ok) return undefined
  try {
    const parsed = parseAs(config.format, output)
    return { path: await context.files.write(`runbook.${config.format}`, serialiseAs(config.format, withValue(parsed, setting.path, setting.values[0]))), found: { text: output, parsed } }
  } catch {
    return undefined
  }
}

interface KeptRecord {
  readonly prefix: string
  isThere(): Promise<boolean>
  remove(): Promise<void>
}
/** A record that is in the backup and gone before it is restored. */
async function keptRecord(context: ScenarioContext): Promise<KeptRecord | undefined> {
  const { data } = context.service
  if (data?.readStrong === undefined || data.delete === undefined) return undefined
  const { readStrong, delete: remove } = data
  const namespace = context.traffic.newKey()
  const key = (data.namespace ?? '{namespace}.{name}').replace('{namespace}', namespace).replace('{name}', 'runbook')
  const send = (operation: typeof readStrong) => context.traffic.send({ load: 'runbook', operation, via: 'balancer', key })
  await send(data.write)
  // A backup may be taken from a replica that is behind.
  await context.pause((context.service.backup?.stalenessMs ?? 0) + data.maxLagMs)
  return { prefix: key.slice(0, key.length - 'runbook'.length), isThere: async () => (await send(readStrong)).outcome === 'ok', remove: async () => void (await send(remove)) }
}
