import { declaredCapabilities } from '../../core/capabilities.js'
import type { DeployOptions, Deployment, Driver } from '../../core/driver.js'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { markerVariable } from '../../operating-system/run-processes.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { everyStep } from '../every-step.js'
import { makeFolders } from '../process/deployment-folders.js'
import { DeploymentUnits } from '../process/deployment-units.js'
import type { MachineUnit } from '../process/machine-protocol.js'
import { startOwnNetwork } from '../process/own-network.js'
import { edgesOf, machineUnit, planUnits, unitNames, type PlannedUnit } from '../process/plan-units.js'
import { claimPorts } from '../process/ports.js'
import { deploymentOf } from '../process/process-deployment.js'
import { bootMachineWithEngine } from './boot-machine.js'
import { cgroupParentOf } from './cgroup-parent.js'
import { containerControls } from './container-controls.js'
import { dataFolder, type DockerPlace, type DockerWorld } from './docker-world.js'
import { connectEngine, type EngineConnection } from './engine-connection.js'
import { engineError, unlessGone } from './engine-error.js'
import { EngineEvents } from './engine-events.js'
import { EnginePower, type MachineWithEngine } from './engine-power.js'
import { openToContainers } from './folders-for-containers.js'
import { installInContainer } from './install-in-container.js'
import { deploymentLabel, deploymentName } from './labels.js'
import { makeNetwork } from './make-network.js'
import { removeObjects } from './remove-objects.js'
import { SignalSender } from './signal-sender.js'
import { surveyEngine } from './survey-engine.js'
import { volumesOf } from './volumes.js'

/** Containers in an engine on this machine, with the harness's balancer and fault proxies around them. */
export const dockerDriver: Driver = { name: 'docker', availability, offers, deploy, survey: async ({ target }, runId) => surveyEngine((await connectEngine()).docker, runId, [target.image ?? '']) }

async function availability({ target }: ServiceDescriptor): ReturnType<Driver['availability']> {
  if (target.kind !== 'process') return { available: false, reason: 'the target is not made of processes' }
  if (target.image === undefined) return { available: false, reason: 'the descriptor names no image (target.image)' }
  if (process.platform !== 'linux') return { available: false, reason: 'the fault proxies listen on the network of the containers, which only Linux shares with its engine' }
  try {
    const { docker } = await connectEngine()
    const { SecurityOptions: security } = (await docker.info()) as { readonly SecurityOptions?: readonly string[] }
    if (security?.some((one) => one.includes('rootless')) === true) return { available: false, reason: 'the engine runs rootless, in a network of its own that the fault proxies cannot listen on' }
    const image = await unlessGone(docker.getImage(target.image).inspect())
    if (image === undefined) return { available: false, reason: `the engine has no image "${target.image}"; for the bundled reference service: seaworthy image build` }
    const reason = foreignFiles(image.Config?.User ?? '', process.getuid?.() ?? 0)
    return reason === undefined ? { available: true } : { available: false, reason }
  } catch (error) {
    return { available: false, reason: messageOf(error) }
  }
}

/** What a container writes to the folders of a run belongs to its user, and has to be removed by this one. */
export function foreignFiles(imageUser: string, uid: number): string | undefined {
  const [user = ''] = imageUser.split(':')
  if (uid === 0 || user === String(uid)) return undefined
  return `this user (${uid}) cannot remove what the user of the image (${user || 'root'}) writes; run as that user or as root`
}

/** The files of a volume lie where only root may look. */
function offers(service: ServiceDescriptor): ReturnType<Driver['offers']> {
  const all = declaredCapabilities(service)
  return process.getuid?.() === 0 ? all : new Set([...all].filter((one) => one !== 'fault.data-files'))
}

async function deploy(service: ServiceDescriptor, given: DeployOptions): Promise<Deployment> {
  given.signal.throwIfAborted()
  const connection = await connectEngine()
  const making = new Making(connection, given)
  try {
    return await making.deployment(service)
  } catch (error) {
    await making.dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}

/** A deployment from its first object in the engine to its last: it can be ended at any time. */
class Making {
  readonly #connection: EngineConnection
  readonly #options: DeployOptions
  readonly #ends: (() => unknown)[] = []
  #journalId: number | undefined
  #disposed: Promise<void> | undefined

  constructor(connection: EngineConnection, given: DeployOptions) {
    this.#connection = connection
    // What its own end does to a deployment is nothing the platform did.
    this.#options = { ...given, onPlatformEvent: (event) => (this.#disposed === undefined ? given.onPlatformEvent(event) : undefined) }
  }

  async deployment(service: ServiceDescriptor): Promise<Deployment> {
    const options = this.#options
    edgesOf(planUnits(service.target, [])) // a wrong template is told before anything is made
    const path = ownProgram(import.meta.url, 'remove-run')
    this.#journalId = options.journal.record({ kind: 'program', path, parameters: [this.#connection.address.host, options.runId], what: `containers, networks or volumes of the run in the engine at ${this.#connection.address.host}` })
    const place = await this.#place(service)
    if (options.install !== false) await installInContainer(this.#connection.docker, { service, folders: place.folders, options, environment: unmarked(options) })
    options.signal.throwIfAborted()
    const nested = await bootMachineWithEngine(place, this.#connection.docker, (reason) => this.#lost(reason))
    const world = this.#world(place, nested)
    const power = new EnginePower(world, typeof nested === 'string' ? undefined : nested)
    this.#lost = (reason) => power.lose(reason)
    this.#letGo = (unit) => power.supervisor.named(unit).remove()
    this.#ends.push(() => power.supervisor.cancelLateStarts(), () => Promise.all(power.supervisor.units.map((unit) => unit.keepLog())))
    await Promise.all(world.units.names.map((name) => world.data.make(name)))
    options.signal.throwIfAborted()
    await power.boot({ startAll: true })
    const controls = containerControls(world, power)
    const graded = typeof nested === 'string' ? ({ rebootGrade: 'simulated', rebootGradeReason: nested } as const) : ({ rebootGrade: 'demonstrated' } as const)
    const bringLogUpToDate = async (unit: string): Promise<boolean> => (await power.supervisor.units.find((one) => one.unit.name === unit)?.keepLog()) !== false
    return deploymentOf(world, { controls, ...graded, bringLogUpToDate, dispose: () => this.dispose() })
  }

  #lost: (reason: string) => void = () => undefined
  #letGo: (unit: string) => Promise<void> = async () => undefined

  #events: EngineEvents | undefined

  /** The engine that runs the units is that of the machine, where one was booted. */
  #world(place: DockerPlace, nested: MachineWithEngine | string): DockerWorld {
    const letGo = (unit: string): Promise<void> => this.#letGo(unit)
    if (typeof nested === 'string') {
      const { docker } = this.#connection
      const events = this.#events
      if (events === undefined) throw new SeaworthyError('SW_INTERNAL', 'nobody listens to the engine')
      return { ...place, docker, events, machine: undefined, data: volumesOf(docker, place.options, letGo) }
    }
    const { machine } = nested
    this.#ends.push(() => machine.close(), () => machine.keepLog(), () => nested.events.close())
    const data = volumesOf(machine.docker, place.options, letGo, (folder) => machine.folderOf(folder))
    return { ...place, docker: machine.docker, machine, data, get events() { return nested.events } }
  }

  async #place(service: ServiceDescriptor): Promise<DockerPlace> {
    const options = this.#options
    const { docker } = this.#connection
    const image = service.target.image ?? ''
    const names = unitNames(service.target)
    const folders = makeFolders(options.directory, options.sharedDirectory, names)
    openToContainers(folders.machine, folders.unitOverrides, folders.run, folders.shared)
    const ports = await claimPorts(names.length)
    this.#ends.push(() => ports.release())
    const gateway = await makeNetwork(docker, options)
    const signals = await SignalSender.start(docker, options, image)
    this.#ends.push(() => signals.close())
    const units = new DeploymentUnits(planUnits(service.target, ports.ports, signals.address))
    const events = await EngineEvents.open(docker, { deployment: deploymentName(options), emit: options.onPlatformEvent, onLost: (reason) => this.#lost(reason) })
    this.#events = events
    this.#ends.push(() => events.close())
    const network = await startOwnNetwork(service, options, { folders, units, proxyHost: gateway })
    this.#ends.push(() => network.close())
    const place = { listenHost: '0.0.0.0', dependencyHost: gateway, program: (program: string) => program, dataFolder: () => dataFolder }
    const definitionOf = (planned: PlannedUnit): MachineUnit =>
      machineUnit(planned, { service, folders, place, weakEnvironment: {}, environment: unmarked(options), proxyPort: network.proxyPort.bind(network) })
    return { service, options, folders, units, ports, network, definitionOf, image, signals, cgroupParent: await cgroupParentOf(docker, signals.containerId) }
  }

  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  /** Every step is tried whatever became of the one before. Throws SW_NOT_ENDED when something of it is still there. */
  #dispose(): Promise<void> {
    return everyStep([...[...this.#ends].reverse(), async () => {
      const left = await removeObjects(this.#connection.docker, { label: `${deploymentLabel}=${deploymentName(this.#options)}` }).catch((error: unknown) => {
        throw engineError(`ending the deployment ${deploymentName(this.#options)}`, error)
      })
      if (left.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while ending the deployment ${deploymentName(this.#options)}: found ${left.join(', ')}, which cannot be removed`)
      if (this.#journalId !== undefined) this.#options.journal.done(this.#journalId)
    }])
  }
}

/** Processes in containers are ended by their engine: the marker is for those that are found in the process table. */
function unmarked({ environment }: DeployOptions): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name !== markerVariable))
}
