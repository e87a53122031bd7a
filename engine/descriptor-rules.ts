import { addressTemplate } from '../core/capabilities.js'
import { nearMisses } from '../core/near-miss.js'
import { DescriptorContradiction, type DescriptorPath as Path } from './descriptor-contradiction.js'
import type { OperationDocument } from './descriptor-parts.js'
import { inBraces, placeholdersOfTraffic, textsIn, unknownName } from './descriptor-placeholders.js'
import type { WholeDocument } from './descriptor-sections/client.js'
import { componentsOf } from './descriptor-sections/target.js'

/** What a schema cannot say. Throws DescriptorContradiction for what would mean something else than it says. */
export function requireSense(document: WholeDocument): void {
  requireFreeComponentNames(componentsOf(document.target))
  if (document.target.kind === 'process') requireKnownComponents(document.target)
  requireTraffic(document.traffic)
  for (const { path, operation } of operationsOf(document)) requireKnownPlaceholders(path, operation)
}

type StartedTarget = Extract<WholeDocument['target'], { kind: 'process' }>

/** Names of what else is in the world: logs, folders and recorded events are kept apart by name. */
const reservedName = /^(replica-\d+|replicas|machine|network|install|virtual-machine)$/

function requireFreeComponentNames(components: object): void {
  for (const name of Object.keys(components)) {
    if (!reservedName.test(name)) continue
    throw new DescriptorContradiction(['target', 'components', name], 'the name is reserved: replica-<number>, replicas, machine, network, install and virtual-machine are names of the harness')
  }
}

/** An address of a component that is not declared would stay an unreplaced template in the service's environment. */
function requireKnownComponents(target: StartedTarget): void {
  const known = Object.keys(target.components)
  const units = [
    { path: ['target', 'replicas'], unit: target.replicas },
    ...Object.entries(target.components).map(([name, unit]) => ({ path: ['target', 'components', name], unit })),
  ]
  for (const { path, unit } of units) {
    const texts = [...textsIn(unit.env, ['env']), ...textsIn(unit.command, ['command'])]
    const unknown = unknownName(texts, addressTemplate, known)
    if (unknown !== undefined) throw new DescriptorContradiction([...path, ...unknown.at], `names the component "${unknown.name}", expected one of: ${known.join(', ') || '(none declared)'}`)
  }
}

/** Without traffic every check of lost requests would have nothing to count. */
function requireTraffic(traffic: WholeDocument['traffic']): void {
  if (Object.values(traffic).some(({ weight }) => (weight ?? 1) > 0)) return
  throw new DescriptorContradiction(['traffic'], 'expected at least one operation with a weight above 0')
}

interface PlacedOperation {
  readonly path: Path
  readonly operation: OperationDocument
}
function operationsOf({ traffic, data, queue, toggles, observability, access, limits }: WholeDocument): readonly PlacedOperation[] {
  const inTraffic = Object.entries(traffic).map(([name, operation]) => ({ path: ['traffic', name], operation }))
  const inData = [
    { path: ['data', 'write'], operation: data?.write },
    { path: ['data', 'read', 'strong'], operation: data?.read?.strong },
    { path: ['data', 'read', 'ordinary'], operation: data?.read?.ordinary },
    { path: ['data', 'files', 'write'], operation: data?.files?.write },
    { path: ['data', 'files', 'read'], operation: data?.files?.read },
    { path: ['queue', 'enqueue'], operation: queue?.enqueue },
    { path: ['observability', 'errors', 'server'], operation: observability?.errors?.server },
    { path: ['observability', 'errors', 'client'], operation: observability?.errors?.client },
    ...Object.entries(access?.operations ?? {}).map(([kind, operation]) => ({ path: ['access', 'operations', kind], operation })),
    { path: ['limits', 'rate', 'operation'], operation: limits?.rate?.operation },
    { path: ['data', 'session', 'open'], operation: data?.session?.open },
    { path: ['data', 'session', 'resume'], operation: data?.session?.resume },
  ]
  const inToggles = [
    ...(toggles?.unchanged?.operations ?? []).map((operation, index) => ({ path: ['toggles', 'unchanged', 'operations', String(index)], operation })),
    ...Object.entries(toggles?.features ?? {}).flatMap(([name, feature]) => feature.use.map((operation, index) => ({ path: ['toggles', 'features', name, 'use', String(index)], operation }))),
  ]
  return [...inTraffic, ...[...inData, ...inToggles].flatMap(({ path, operation }) => (typeof operation === 'object' ? [{ path, operation }] : []))]
}

const placeholderLike = /\{([A-Za-z_][A-Za-z0-9_-]*)\}/g

/** A misspelt `{kee}` would be sent as it stands, and every request would have the same key. */
function requireKnownPlaceholders(path: Path, { http, headers, body, effect }: OperationDocument): void {
  const texts = [...textsIn(http, ['http']), ...textsIn(headers, ['headers']), ...textsIn(body, ['body']), ...textsIn(effect, ['effect'])]
  const unknown = unknownName(texts, placeholderLike, placeholdersOfTraffic)
  if (unknown === undefined) return
  const [near] = nearMisses(unknown.name, placeholdersOfTraffic)
  const suggestion = near === undefined ? `, expected one of ${inBraces(placeholdersOfTraffic)}` : `, did you mean {${near}}?`
  throw new DescriptorContradiction([...path, ...unknown.at], `unknown placeholder {${unknown.name}}${suggestion}`)
}
