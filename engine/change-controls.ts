import type { DeployedComponent, Deployment, DeploymentControls, FileDamage, Instance, Removed, Replacement, StopResult } from '../core/driver.js'
import { InterventionFailed } from '../core/errors.js'
import type { Performed } from '../core/procedure.js'
import type { ApartDeployment, ApartOptions, AppliedFault, DamagedFile, EdgeTraffic, ScenarioControls } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { offered } from './offered.js'
import { letsIn } from './lets-in.js'
import { acceptsConnections, passes, pollUntil, probe } from './probe.js'
import { perform } from './procedures.js'
import type { Interventions } from './recorded-intervention.js'
import type { ScenarioWorld } from './scenario-world.js'
import { removeAny, stopBy } from './stop-intervention.js'

type Changes = Pick<
  ScenarioControls,
  'perform' | 'configureUnit' | 'rollOut' | 'addInstance' | 'removeInstance' | 'removeAnyInstance' | 'replaceComponent' | 'cloneComponent' | 'redirectDependency' | 'readEdges' | 'damageDataFile' | 'deployApart'
>

/** Of the output of a procedure this much goes into the history with the intervention; scenarios observe the rest where checks need it. */
const outputInHistoryMax = 2_000
const answersWithinMs = 10_000

/** What operators do to a service, and changes to what the deployment is made of. `onAddress` is told every address that traffic may use by name. */
export function changeControls(world: ScenarioWorld, interventions: Interventions, onAddress: (name: string, url: URL) => void): Changes {
  return {
    ...procedureControls(world, interventions),
    ...scaleControls(world, interventions, onAddress),
    ...componentControls(world, interventions),
    deployApart: (options) => apartDeployment(world, options, onAddress),
  }
}

/** Thrown inside and caught here: a refusal makes the intervention `failed`, and is an answer for the scenario. */
class Refused extends Error {
  constructor(readonly performed: Performed) {
    super(performed.error ?? 'it was refused')
  }
}

type Procedures = Pick<ScenarioControls, 'perform' | 'configureUnit' | 'rollOut' | 'damageDataFile'>
function procedureControls(world: ScenarioWorld, interventions: Interventions): Procedures {
  return {
    async perform(procedure, { name, target, label, values, timeoutMs, witness }) {
      let performed: Performed | undefined
      const describe = (result: Performed): Readonly<Record<string, unknown>> => ({
        ok: result.ok,
        tookMs: result.tookMs,
        ...(result.status === undefined ? {} : { status: result.status }),
        ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
        output: result.output.slice(0, outputInHistoryMax),
      })
      try {
        return await interventions.make<Performed>({
          name,
          target,
          label,
          detail: { via: procedure.via, ...(values === undefined ? {} : { values: shortened(values) }) },
          apply: async () => {
            performed = await perform(world, procedure, target, { ...(values === undefined ? {} : { values }), ...(timeoutMs === undefined ? {} : { timeoutMs }) })
            if (!performed.ok) throw new Refused(performed)
            return performed
          },
          describe,
          describeFailure: () => (performed === undefined ? {} : describe(performed)),
          ...(witness === undefined ? {} : { witness }),
        })
      } catch (thrown) {
        if (thrown instanceof InterventionFailed && thrown.cause instanceof Refused) return thrown.cause.performed
        throw thrown
      }
    },
    async configureUnit(target, changes) {
      await offered(world, 'configureUnit')(target, changes)
      world.record({ kind: 'observation', probe: 'unit-changes', target, atMs: world.clock(), value: changes ?? null })
    },
    rollOut: (release, { label, ...options }) =>
      interventions.make({
        name: 'rollOut',
        target: 'replicas',
        label,
        detail: { release: release.name, image: release.image ?? null, ...options },
        apply: () => offered(world, 'rollOut')(release, options),
        describe: (end) => ({ ...end }),
      }),
    damageDataFile: (...given) => damageFile(world, interventions, given),
  }
}

async function damageFile(world: ScenarioWorld, interventions: Interventions, [target, pattern, damage, label]: Parameters<ScenarioControls['damageDataFile']>): Promise<DamagedFile> {
  const { path } = await interventions.make({
    name: 'damage-file',
    target,
    label,
    detail: { pattern: pattern.source },
    apply: async () => {
      const [file] = await offered(world, 'listDataFiles')(target, pattern)
      if (file === undefined) throw new Error(`no file in its data folder matches ${pattern.source}`)
      const made = typeof damage === 'function' ? damage(file.bytes) : damage
      const before = await offered(world, 'readDataFile')(target, file.path, shownOf(made))
      await offered(world, 'damageDataFile')(target, file.path, made)
      return { ...file, damage: made, before }
    },
    witness: async ({ path: of, damage: made, before }) => {
      const after = await offered(world, 'readDataFile')(target, of, shownOf(made))
      return damageSeen(made, before, after) ? `${of} had ${before.size} bytes, has ${after.size}; ${made.kind}${made.kind === 'overwrite' ? ` of byte ${made.fromByte}: ${hex(before.bytes)} is ${hex(after.bytes)} now` : ''}` : undefined
    },
    describe: ({ before: _bytes, ...told }) => told,
  })
  const undo = world.deployment.controls.undoDataDamage
  return { path, ...(undo === undefined ? {} : { undo: () => interventions.make({ name: 'undo-damage', target, label, apply: () => undo(target), describe: (found) => ({ found }) }).then(() => undefined) }) }
}

/** As much of what is overwritten as a person would look at. */
const shownBytesMax = 16
const shownOf = (damage: FileDamage): { readonly fromByte: number; readonly bytes: number } =>
  damage.kind === 'overwrite' ? { fromByte: damage.fromByte, bytes: Math.min(damage.bytes, shownBytesMax) } : { fromByte: 0, bytes: 0 }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

type Seen = Awaited<ReturnType<NonNullable<DeploymentControls['readDataFile']>>>
/** In the file itself, whatever whoever damaged it says. */
function damageSeen(damage: FileDamage, before: Seen, after: Seen): boolean {
  if (damage.kind === 'truncate') return after.size === damage.toBytes && after.size < before.size
  return damage.kind === 'append' ? after.size === before.size + damage.bytes : after.bytes.length > 0 && hex(after.bytes) !== hex(before.bytes)
}

const shortened = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.slice(0, 200)]))

type Scale = Pick<ScenarioControls, 'addInstance' | 'removeInstance' | 'removeAnyInstance'>
function scaleControls(world: ScenarioWorld, interventions: Interventions, onAddress: (name: string, url: URL) => void): Scale {
  return {
    addInstance: ({ changes, label } = {}): Promise<Instance> =>
      interventions.make({
        name: 'add-instance',
        target: 'replicas',
        label,
        apply: async () => {
          const added = await offered(world, 'addInstance')(changes === undefined ? {} : { changes })
          onAddress(added.id, added.url)
          return added
        },
        witness: async (added) => {
          const state = await world.deployment.controls.processState?.(added.id)
          return state?.pid == null ? undefined : `process ${state.pid} was started for ${added.id}`
        },
        describe: ({ id, url }) => ({ instance: id, url: url.href }),
      }),
    removeInstance: (target, label): Promise<StopResult> =>
      interventions.make({ name: 'remove-instance', target, label, ...stopBy(world, 'removeInstance', target) }),
    removeAnyInstance: (label): Promise<Removed> => interventions.make({ name: 'remove-instance', target: 'replicas', label, ...removeAny(world) }),
  }
}

type Components = Pick<ScenarioControls, 'replaceComponent' | 'cloneComponent' | 'redirectDependency' | 'readEdges'>
function componentControls(world: ScenarioWorld, interventions: Interventions): Components {
  return {
    readEdges: (component) => readEdges(world, component),
    replaceComponent: (name, { label, ...options }): Promise<Replacement> =>
      interventions.make({
        name: 'replace-component',
        target: name,
        label,
        detail: { ...options },
        apply: () => offered(world, 'replaceComponent')(name, options),
        witness: (result) => witnessReplacement(result),
        describe: (result) => ({ ...result }),
      }),
    cloneComponent: (name, { as, changes, label }): Promise<DeployedComponent> =>
      interventions.make({
        name: 'clone-component',
        target: name,
        label,
        detail: { as },
        apply: () => offered(world, 'cloneComponent')(name, { as, ...(changes === undefined ? {} : { changes }) }),
        witness: async ({ host, port }) => ((await accepts(host, port)) ? `${as} accepts connections at ${host}:${port}` : undefined),
        describe: ({ host, port }) => ({ address: `${host}:${port}` }),
      }),
    redirectDependency: (component, to, label): Promise<AppliedFault> =>
      interventions.makeUndoable(
        {
          name: 'redirect-dependency',
          target: component,
          label,
          detail: { to: `${to.host}:${to.port}` },
          apply: () => offered(world, 'redirectDependency')(component, to),
        },
        () => offered(world, 'redirectDependency')(component, undefined),
      ),
  }
}

async function readEdges(world: ScenarioWorld, component: string): Promise<EdgeTraffic> {
  const instances = world.deployment.instances.map(({ id }) => id)
  const edges = world.deployment.edges.filter(({ from, to }) => to === component && instances.includes(from))
  const counters = await Promise.all(edges.map((edge) => offered(world, 'edgeCounters')(edge)))
  const sum = (of: (one: (typeof counters)[number]) => number): number => counters.reduce((total, one) => total + of(one), 0)
  const value: EdgeTraffic = { connections: sum(({ accepted }) => accepted), bytes: sum(({ bytesForwarded }) => bytesForwarded) }
  world.record({ kind: 'observation', probe: 'edge-traffic', target: component, atMs: world.clock(), value })
  return value
}

async function witnessReplacement(result: Replacement): Promise<string | undefined> {
  const { pidBefore, pidAfter, addressBefore, addressAfter } = result
  if (pidAfter === null || pidBefore === pidAfter) return undefined
  const [host = '', port = ''] = addressAfter.split(':')
  if (!(await accepts(host, Number(port)))) return undefined
  return `process ${pidBefore ?? 'none'} at ${addressBefore} was replaced by ${pidAfter} at ${addressAfter}, which accepts connections`
}

const accepts = (host: string, port: number): Promise<boolean> =>
  pollUntil(() => acceptsConnections(host, port, 500), { timeoutMs: answersWithinMs, everyMs: 50 })

/** The same service with other numbers: what differs is said in the options and nowhere else. */
function variantOf(service: ServiceDescriptor, { replicas, changes }: ApartOptions): ServiceDescriptor {
  const declared = service.target.replicas
  const own = { ...declared, count: replicas, command: changes?.command ?? declared.command, env: { ...declared.env, ...changes?.env } }
  return { ...service, target: { ...service.target, replicas: own } }
}

async function apartDeployment(world: ScenarioWorld, options: ApartOptions, onAddress: (name: string, url: URL) => void): Promise<ApartDeployment> {
  const { name } = options
  // A driver that attaches would attach to the one that is being tested, and take it for another.
  const refused = world.leftAlone('lifecycle.apart')
  if (refused !== undefined) throw new Error(`no second deployment ${name}: ${refused.reason}`)
  if (world.apart.has(name)) throw new Error(`there is a second deployment ${name} already`)
  world.record({ kind: 'phase', name: `starting a second deployment ${name}`, atMs: world.clock() })
  const orderedAtMs = world.clock()
  const { deployment, end } = await world.deployApart({ service: variantOf(world.service, options), name, install: options.install ?? true })
  world.apart.set(name, deployment)
  onAddress(name, deployment.entrypoint)
  for (const { id, url } of deployment.instances) onAddress(`${name}/${id}`, url)
  const sinceStartMs = deployment.startedAtHrtimeMs === undefined ? undefined : Number(process.hrtime.bigint()) / 1e6 - deployment.startedAtHrtimeMs
  return {
    name,
    startedAtMs: sinceStartMs === undefined ? orderedAtMs : world.clock() - sinceStartMs,
    instances: deployment.instances.map(({ id, url }) => ({ id: `${name}/${id}`, url })),
    components: deployment.components,
    ready: (timeoutMs) => apartReady(world, deployment, { name, timeoutMs }),
    end: async () => {
      world.apart.delete(name)
      await end()
    },
  }
}

async function apartReady(world: ScenarioWorld, deployment: Deployment, { name, timeoutMs }: { readonly name: string; readonly timeoutMs: number }): Promise<boolean> {
  const startedAtMs = world.clock()
  const isReady = ({ url }: Instance): Promise<boolean> =>
    pollUntil(async () => passes(await probe(new URL(world.service.health.readinessPath, url), { timeoutMs: 1_000 })), { timeoutMs, everyMs: 50, signal: world.signal })
  const inRotation = async (): Promise<boolean> => Object.values((await deployment.balancerCounters()).byBackend).every((backend) => backend.up)
  const polled = (condition: () => Promise<boolean>): Promise<boolean> => pollUntil(condition, { timeoutMs, everyMs: 50, signal: world.signal })
  const ready = (await Promise.all(deployment.instances.map(isReady))).every(Boolean) && (await polled(inRotation)) && (await letsIn(world, deployment, timeoutMs))
  world.record({ kind: 'observation', probe: 'apart-ready', target: name, atMs: world.clock(), value: { ready, tookMs: Math.round(world.clock() - startedAtMs) } })
  return ready
}
