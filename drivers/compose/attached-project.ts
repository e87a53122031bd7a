import { realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { DeployOptions, Deployment, DriverPlatformEvent } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { ComposeProject, ServiceDescriptor } from '../../core/service-descriptor.js'
import { moveAddress } from '../../operating-system/moving-addresses.js'
import { ownProgram } from '../../operating-system/own-program.js'
import type { EngineConnection } from '../docker/engine-connection.js'
import { unlessGone } from '../docker/engine-error.js'
import { EngineEvents } from '../docker/engine-events.js'
import { keepInspections } from '../docker/inspection.js'
import { deploymentLabel, deploymentName } from '../docker/labels.js'
import { logFrames } from '../docker/log-frames.js'
import { removeObjects } from '../docker/remove-objects.js'
import { SignalSender } from '../docker/signal-sender.js'
import { everyStep } from '../every-step.js'
import type { Network } from '../network/network-protocol.js'
import { startShadowNetwork } from '../network/shadow-network.js'
import { logFileOf, makeFolders, type DeploymentFolders } from '../process/deployment-folders.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { bringUp } from './compose-command.js'
import { addressOf, containersOf, projectLabel, runs, type ProjectContainer } from './project.js'
import { projectControls, type ProjectMachine } from './project-controls.js'
import { ProjectUnit } from './project-unit.js'
import { componentOf, forgetAddresses, instanceOf, nameAddresses, planProject, stopOfPlace, type Place, type ProjectPlan } from './project-world.js'
import { foundOf, isGone, isReadyWithin, putBack, type Found } from './put-back.js'
import { keptOf, removeProject } from './remove-project.js'

/** The engine ends a scenario's clean-up after thirty seconds. */
const readyAgainWithinMs = 15_000
const allReadyWithinMs = 24_000
/** A replica that is slow to answer once is not one that was found drained. */
const foundReadyWithinMs = 5_000
/** What was being made when the command was ended may appear yet. */
const interruptedSettleMs = 500
const removedSettleMs = 100

/** A project from the moment it is looked at until it is as it was found: it can be let go at any time. */
export class AttachedProject {
  readonly #ends: (() => unknown)[] = []
  readonly #journaled: number[] = []
  readonly #attachedAtMs = performance.now()
  #found: readonly Found[] = []
  #places: readonly Place[] = []
  #network: Network | undefined
  #lost: string | undefined
  #disposed: Promise<void> | undefined
  #isOurs = false
  #units: readonly ProjectUnit[] = []
  #signals: SignalSender | undefined

  constructor(private readonly connection: EngineConnection, private readonly service: ServiceDescriptor, private readonly options: DeployOptions) {}

  async deployment(): Promise<Deployment> {
    const { service, options, connection: { docker } } = this
    const project = this.#compose()
    const running = await this.#running(project)
    const plan = planProject(service, running, options.directory)
    this.#places = plan.places
    nameAddresses(plan.places)
    this.#ends.push(() => forgetAddresses(plan.places))
    await this.#writeDown(plan.places)
    const folders = makeFolders(options.directory, options.sharedDirectory, [])
    this.#ends.push(() => this.#keepLogs(folders))
    const image = plan.places.find(({ container }) => project.replicas.services.includes(container.service))?.container.inspected.Image ?? ''
    const signals = (this.#signals = await SignalSender.start(docker, options, image, 'none'))
    const byId = new Map(plan.places.map((place) => [place.container.id, place]))
    const watched = { label: `${projectLabel}=${project.project}`, unitOf: (id: string): string | undefined => byId.get(id)?.name }
    const events = await EngineEvents.open(docker, { deployment: watched, emit: (event) => this.#tell(event), onLost: (reason) => this.#lose(reason) })
    this.#ends.push(() => events.close())
    this.#tellFound(plan.places)
    const network = await this.#startNetwork(folders)
    const units = plan.places.map((place) => new ProjectUnit(place.name, foundOf(place.container), { docker, events, signals, isEnded: () => this.#disposed !== undefined }))
    this.#units = units
    return this.#deploymentOf(plan, { network, folders, controls: projectControls(this.#machine(units, { events, signals })) })
  }

  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  /** What ran already is told as well: who waits for a processor is told apart from who is slow. */
  #tellFound(places: readonly Place[]): void {
    for (const { name, kind, container: { inspected } } of places) if (kind !== 'other') this.#emit({ name: 'process-found', target: name, atHrtimeMs: hrtimeMs(), detail: { pid: inspected.State.Pid } })
  }

  #compose(): ComposeProject {
    const { compose } = this.service.target
    if (compose === undefined) throw notDone('attaching to a project', 'a descriptor of another kind')
    return compose
  }

  /** Brings the project up where nothing of it is there. Nothing is touched yet. */
  async #running(compose: ComposeProject): Promise<readonly ProjectContainer[]> {
    const { docker } = this.connection
    let containers = await containersOf(docker, compose.project)
    if (containers.length === 0 && compose.file !== undefined) {
      await this.#bringUp(compose.project, compose.file)
      containers = await containersOf(docker, compose.project)
    }
    requireThisProject(containers, compose)
    return containers.filter(runs)
  }

  async #bringUp(project: string, file: string): Promise<void> {
    const { connection: { docker, address }, options } = this
    const kept = await keptOf(docker, project)
    let settleMs = interruptedSettleMs
    this.#record('take-down-project', [address.host, project, JSON.stringify(kept)], `containers, networks or volumes of the project ${project}, which the run brought up`)
    this.#ends.push(async () => {
      const left = await removeProject(docker, project, kept, settleMs)
      if (left.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while taking the project ${project} down: found ${left.join(', ')}, which cannot be removed`, { exitCode: exitCodes.internal })
    })
    this.#isOurs = true
    await bringUp(project, file, { environment: ownEnvironmentOf(options), signal: options.signal })
    settleMs = 0
  }

  /** How everything is found, before anything is done to it; with the program that puts it back if we cannot. */
  async #writeDown(places: readonly Place[]): Promise<void> {
    const { connection: { address }, options, service } = this
    this.#found = await Promise.all(places.map(async ({ container, kind, port }): Promise<Found> => {
      const readiness = { port, path: service.health.readinessPath }
      const ready = kind === 'replica' && (await isReadyWithin(this.connection.docker, { id: container.id, readiness }, foundReadyWithinMs))
      return { ...foundOf(container), ...(ready ? { readiness } : {}) }
    }))
    this.#record('restore-project', [address.host, JSON.stringify(this.#found)], `containers of the project ${this.#compose().project} that are not as they were found`)
    this.#record('../docker/remove-run', [address.host, options.runId], `containers of the run in the engine at ${address.host}`)
  }

  #record(program: string, parameters: readonly string[], what: string): void {
    this.#journaled.push(this.options.journal.record({ kind: 'program', path: ownProgram(import.meta.url, program), parameters, what }))
  }

  async #startNetwork(folders: DeploymentFolders): Promise<Network> {
    const { service, options } = this
    const network = await startShadowNetwork({ service, options, folders, backends: this.#backends(), of: 'project', emit: (event) => this.#emit(event) })
    this.#network = network
    this.#ends.push(() => network.close())
    return network
  }

  readonly #addresses = new Map<string, string>()
  #backends(): { readonly id: string; readonly host: string; readonly port: number }[] {
    return this.#places.filter(({ kind }) => kind === 'replica').map(({ name, port, container }) => ({ id: name, host: this.#addresses.get(name) ?? addressOf(container.inspected) ?? '', port }))
  }

  #machine(units: readonly ProjectUnit[], { events, signals }: Pick<ProjectMachine, 'events' | 'signals'>): ProjectMachine {
    const named = new Map(units.filter((_, index) => this.#places[index]?.kind !== 'other').map((unit) => [unit.name, unit]))
    const stopOf: ProjectMachine['stopOf'] = (unit) => stopOfPlace(this.#places.find(({ name }) => name === unit.name), this.service)
    return { named, all: units, events, signals, stopSignal: this.service.lifecycle.stop.signal, stopOf, emit: (event) => this.#emit(event), lost: () => this.#lost }
  }

  #deploymentOf({ entrypoint, places, undeclared }: ProjectPlan, { network, folders, controls }: { readonly network: Network; readonly folders: DeploymentFolders; readonly controls: Deployment['controls'] }): Deployment {
    const balancer = { ...this.service.balancer, kind: `the load balancer of the project ${this.#compose().project}`, retries: null }
    return {
      entrypoint,
      balancer,
      instances: places.filter(({ kind }) => kind === 'replica').map(instanceOf),
      components: places.filter(({ kind }) => kind === 'component').map(componentOf),
      edges: [],
      undeclared,
      echo: network.echoUrl,
      controls,
      rebootGrade: 'simulated',
      rebootGradeReason: 'the engine of a project is not rebooted: everything of the project ended, and what has a policy for it was started',
      bringLogUpToDate: (target) => this.#keepLog(folders, target),
      logFiles: new Map(['network', ...places.map(({ name }) => name)].map((name) => [name, logFileOf(folders, name)])),
      inspections: new Map(places.map(({ name }) => [name, this.#inspectionFile(name)])),
      balancerCounters: () => network.balancerCounters(),
      [Symbol.asyncDispose]: () => this.dispose(),
    }
  }

  /** A container has another address after every start, or the same; while it is down it has none. */
  #tell(event: DriverPlatformEvent): void {
    const place = this.#places.find(({ name }) => name === event.target)
    if (place !== undefined && event.name === 'process-exited') moveAddress(place.host, null)
    if (place !== undefined && event.name === 'process-started') void this.#follow(place)
    this.#emit(event)
  }

  async #follow(place: Place): Promise<void> {
    const inspected = await unlessGone(this.connection.docker.getContainer(place.container.id).inspect()).catch((error: unknown) => {
      // Else what cannot be found by us would be taken for a service that does not come back.
      this.#lose(`the engine does not say where ${place.name} is: ${messageOf(error)}`)
      return undefined
    })
    const address = inspected?.State.Running === true ? addressOf(inspected) : undefined
    if (address === undefined || this.#disposed !== undefined) return
    moveAddress(place.host, address)
    if (place.kind !== 'replica') return
    this.#addresses.set(place.name, address)
    await this.#network?.setBackends(this.#backends()).catch(() => undefined) // its end is told by itself
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#emit({ name: 'process-exited', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { unexpected: true, reason } })
  }

  /** What its own end does to a deployment is nothing the platform did. */
  #emit(event: DriverPlatformEvent): void {
    if (this.#disposed === undefined) this.options.onPlatformEvent(event)
  }

  async #keepLogs(folders: DeploymentFolders): Promise<void> {
    await Promise.all(this.#places.map(({ name }) => this.#keepLog(folders, name)))
  }

  /** What its container said since the project was attached to. */
  async #keepLog(folders: DeploymentFolders, name: string): Promise<boolean> {
    const place = this.#places.find((one) => one.name === name)
    if (place === undefined) return false
    const since = Math.floor((Date.now() - (performance.now() - this.#attachedAtMs)) / 1_000)
    try {
      const said = await this.connection.docker.getContainer(place.container.id).logs({ stdout: true, stderr: true, follow: false, since })
      await writeFile(logFileOf(folders, name), Buffer.concat(logFrames(said)))
      return true
    } catch {
      return false
    }
  }

  #inspectionFile(name: string): string {
    return join(this.options.directory, 'logs', `${name}.inspect.json`)
  }

  /** Every step is tried whatever became of the one before. Throws SW_NOT_RESTORED when something is not as it was found. */
  async #dispose(): Promise<void> {
    // The project first: whatever else is left of ours disturbs nobody. No signal may reach what has been put back. How a container ended
    // is not to be seen any more once it was started again.
    const inspections = this.#places.map(({ name, container: { id } }) => ({ id, file: this.#inspectionFile(name) }))
    await everyStep([() => this.#signals?.close(), () => keepInspections(this.connection.docker, inspections), () => this.#putBack(), ...[...this.#ends].reverse(), () => this.#removeOurs()])
    for (const id of this.#journaled) this.options.journal.done(id)
  }

  async #removeOurs(): Promise<void> {
    const left = await removeObjects(this.connection.docker, { label: `${deploymentLabel}=${deploymentName(this.options)}` }, removedSettleMs)
    if (left.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while letting the project ${this.#compose().project} go: found ${left.join(', ')} of ours, which cannot be removed`, { exitCode: exitCodes.internal })
  }

  async #putBack(): Promise<void> {
    if (this.#isOurs) return // it is taken down
    const { docker } = this.connection
    const endAt = performance.now() + allReadyWithinMs
    const ending = new Set((await Promise.all(this.#units.map(async (unit) => ((await unit.isEnding().catch(() => false)) ? [unit.found.id] : [])))).flat())
    const left = await putBack(docker, this.#found.map((one) => ({ ...one, isEnding: ending.has(one.id) })), readyAgainWithinMs)
    const removed = await Promise.all(this.#found.map(async (one) => ((await isGone(docker, one.id)) ? [one.name] : [])))
    const gone = removed.flat().length === 0 ? [] : [`found no container ${removed.flat().join(', ')} any more; somebody else removed it`]
    if (left.length + gone.length > 0) throw new SeaworthyError('SW_NOT_RESTORED', `while putting the project ${this.#compose().project} back: ${[...left, ...gone].join('; ')}`, { exitCode: exitCodes.notConclusive })
    await Promise.all(this.#found.map((one) => isReadyWithin(docker, one, endAt - performance.now()).catch(() => false))) // the next scenario asks again
  }
}

/** Another project may have the same name: its containers say from which file they were made. */
function requireThisProject(containers: readonly ProjectContainer[], { project, file }: ComposeProject): void {
  if (file === undefined) return
  for (const { name, inspected: { Config: { Labels: labels } } } of containers) {
    const made = labels['com.docker.compose.project.config_files']
    if (made === undefined) continue
    const folder = labels['com.docker.compose.project.working_dir'] ?? '/'
    const files = made.split(',').map((one) => real(isAbsolute(one) ? one : join(folder, one)))
    if (files.includes(real(file))) continue
    throw new SeaworthyError('SW_COMPOSE_OTHER_PROJECT', `while attaching to the project ${project}: found the container ${name} made from ${made}, expected ${file}`, { exitCode: exitCodes.usage, hint: 'another project has the same name; nothing of it was touched' })
  }
}

const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

const ownEnvironmentOf = ({ environment }: DeployOptions): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(environment).filter(([name]) => name === 'SEAWORTHY_RUN'))
