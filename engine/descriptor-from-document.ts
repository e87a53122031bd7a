import { accessOf, limitsOf } from './descriptor-sections/access.js'
import { importOf } from './descriptor-sections/import.js'
import { degradationOf } from './descriptor-sections/degradation.js'
import { dataFilesOf, docsOf, startDrainedOf } from './descriptor-sections/operations-of-replicas.js'
import { queueOf, scheduleOf } from './descriptor-sections/work.js'
import { observabilityOf } from './descriptor-sections/observability.js'
import { overloadOf } from './descriptor-sections/overload.js'
import { DescriptorContradiction } from './descriptor-contradiction.js'
import { durationMs, operationOf, procedureOf } from './descriptor-from-parts.js'
import type { OperationDocument } from './descriptor-parts.js'
import { backupOf, dataDeclarationsOf } from './descriptor-sections/backup.js'
import { configOf } from './descriptor-sections/config.js'
import { requireSense } from './descriptor-rules.js'
import { databaseOf } from './descriptor-sections/database.js'
import { clientOf, moduleFile, wholeDocument } from './descriptor-sections/client.js'
import { componentsOf, targetOf } from './descriptor-sections/target.js'
import { swapOf } from './descriptor-sections/swap.js'
import { togglesOf } from './descriptor-sections/toggles.js'
import { cloneOf, upgradeOf } from './descriptor-sections/upgrade.js'
import type { DescriptorDocument } from './descriptor-schema.js'
import { platformRollsOut } from '../core/declarations/upgrade.js'
import type { RequirementId } from '../core/requirement.js'
import type { BalancerSettings, DataOperations, Lifecycle, Operation, ServiceDescriptor } from '../core/service-descriptor.js'

function lifecycleOf(document: DescriptorDocument['lifecycle'], { components, byPlatform }: { readonly components: readonly string[]; readonly byPlatform: boolean }): Lifecycle {
  const { drain, undrain, startDrained, stop, upgrade, clone } = document ?? {}
  return {
    ...(drain === undefined
      ? {}
      : { drain: { ...procedureOf(drain, ['lifecycle', 'drain']), deadlineMs: durationMs(drain.deadline), endsInExit: drain.endsInExit } }),
    ...(undrain === undefined ? {} : { undrain: procedureOf(undrain, ['lifecycle', 'undrain']) }),
    ...(startDrained === undefined ? {} : { startDrained: startDrainedOf(startDrained) }),
    stop: {
      signal: stop?.signal ?? 'SIGTERM',
      graceMs: durationMs(stop?.grace ?? '30s'),
      allowedExitCodes: stop?.exitCodes ?? [0, 143],
    },
    startTimeoutMs: durationMs(document?.startTimeout ?? '60s'),
    ...(upgrade === undefined ? {} : { upgrade: upgradeOf(upgrade, { byPlatform }) }),
    ...(clone === undefined ? {} : { clone: cloneOf(clone, components) }),
  }
}

function dataOf(document: NonNullable<DescriptorDocument['data']>, { traffic, components }: { readonly traffic: Readonly<Record<string, Operation>>; readonly components: readonly string[] }): DataOperations {
  const resolve = (operation: string | OperationDocument, path: readonly string[], name: string): Operation => {
    if (typeof operation !== 'string') return operationOf(name, operation, 0)
    const named = Object.hasOwn(traffic, operation) ? traffic[operation] : undefined
    if (named === undefined) {
      throw new DescriptorContradiction(path, `names the operation "${operation}", expected one of traffic: ${Object.keys(traffic).join(', ')}`)
    }
    return named
  }
  const { strong, ordinary } = document.read ?? {}
  return {
    write: resolve(document.write, ['data', 'write'], 'data.write'),
    ...(strong === undefined ? {} : { readStrong: resolve(strong, ['data', 'read', 'strong'], 'data.read.strong') }),
    ...(ordinary === undefined ? {} : { readOrdinary: resolve(ordinary, ['data', 'read', 'ordinary'], 'data.read.ordinary') }),
    maxLagMs: durationMs(document.maxLag),
    ...(document.files === undefined ? {} : { files: dataFilesOf(document.files, components) }),
    ...dataDeclarationsOf(document),
    ...(document.session === undefined
      ? {}
      : {
          session: {
            open: operationOf('session.open', document.session.open, 0),
            tokenPointer: document.session.token,
            resume: operationOf('session.resume', document.session.resume, 0),
          },
        }),
  }
}

function balancerOf(document: DescriptorDocument['balancer']): BalancerSettings {
  return {
    intervalMs: durationMs(document?.interval ?? '1s'),
    fall: document?.fall ?? 2,
    rise: document?.rise ?? 1,
    timeoutMs: durationMs(document?.timeout ?? '1s'),
    ...(document === undefined ? ({ declared: false } as const) : {}),
  }
}

/** How operators keep callers and data from elsewhere in check. */
function controlsOf({ access, limits, import: dataImport }: DescriptorDocument, traffic: Readonly<Record<string, Operation>>): Pick<ServiceDescriptor, 'access' | 'limits' | 'import'> {
  return {
    ...(access === undefined ? {} : { access: accessOf(access, traffic) }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits, traffic) }),
    ...(dataImport === undefined ? {} : { import: importOf(dataImport) }),
  }
}

/** Applies defaults, resolves names and durations. Throws DescriptorContradiction. */
export function descriptorFromDocument(given: DescriptorDocument, directory: string): ServiceDescriptor {
  const document = wholeDocument(given)
  requireSense(document)
  const traffic: Record<string, Operation> = {}
  for (const [name, operation] of Object.entries(document.traffic)) traffic[name] = operationOf(name, operation, 1)
  const target = targetOf(document.target, { hasClient: document.client !== undefined, stopDeclared: document.lifecycle?.stop !== undefined, directory })
  const declared = componentsOf(document.target)
  const exceptions = (entries: DescriptorDocument['waivers']) =>
    entries.map(({ id, ...rest }) => ({ requirement: id as RequirementId, ...rest }))
  return {
    schema: 'seaworthy/v1',
    name: document.service,
    directory,
    target,
    facts: document.facts,
    ...(document.identity === undefined
      ? {}
      : {
          identity: {
            instanceHeader: document.identity.instance.slice('header:'.length).toLowerCase(),
            ...(document.identity.boot === undefined ? {} : { bootHeader: document.identity.boot.slice('header:'.length).toLowerCase() }),
          },
        }),
    ...(document.client === undefined ? {} : { client: clientOf(document.client, directory) }),
    balancer: balancerOf(document.balancer),
    health: {
      readinessPath: document.health.readiness,
      ...(document.health.liveness === undefined ? {} : { livenessPath: document.health.liveness }),
      ...(document.health.detail === undefined ? {} : { detailPath: document.health.detail }),
    },
    lifecycle: lifecycleOf(document.lifecycle, { components: Object.keys(declared), byPlatform: platformRollsOut({ target }) }),
    traffic,
    ...(document.data === undefined ? {} : { data: dataOf(document.data, { traffic, components: Object.keys(declared) }) }),
    ...(document.database === undefined ? {} : { database: databaseOf(document.database, { traffic, roles: target.components.map(({ role }) => role) }) }),
    ...(document.toggles === undefined ? {} : { toggles: togglesOf(document.toggles, { traffic, components: Object.keys(declared) }) }),
    ...(document.swap === undefined ? {} : { swap: swapOf(document.swap, { components: Object.keys(declared), operations: Object.keys(traffic) }) }),
    ...(document.config === undefined ? {} : { config: configOf(document.config) }),
    ...(document.degradation === undefined ? {} : { degradation: degradationOf(document.degradation, { target, traffic }) }),
    ...(document.overload === undefined ? {} : { overload: overloadOf(document.overload, traffic) }),
    ...controlsOf(document, traffic),
    ...(document.queue === undefined ? {} : { queue: queueOf(document.queue) }),
    ...(document.schedule === undefined ? {} : { schedule: scheduleOf(document.schedule) }),
    ...(document.docs === undefined ? {} : { docs: docsOf(document.docs, directory) }),
    ...(document.observability === undefined ? {} : { observability: observabilityOf(document.observability, Object.keys(declared)) }),
    ...(document.backup === undefined ? {} : { backup: backupOf(document.backup) }),
    ...(document.suites === undefined ? {} : { suites: document.suites.map((path, index) => moduleFile(directory, path, ['suites', index])) }),
    notApplicable: exceptions(document.notApplicable),
    waivers: exceptions(document.waivers),
    overrides: document.overrides as ServiceDescriptor['overrides'],
  }
}
