import { basename, dirname, join } from 'node:path'
import type { DeployOptions, Deployment, DriverPlatformEvent } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { Component, ServiceDescriptor, SwarmStack } from '../../core/service-descriptor.js'
import { forgetAddress, movingHost } from '../../operating-system/moving-addresses.js'
import { ownProgram } from '../../operating-system/own-program.js'
import type { EngineConnection } from '../docker/engine-connection.js'
import { statusOf } from '../docker/engine-error.js'
import type { EndedBy } from '../docker/end-container.js'
import { EngineEvents, type WatchedContainers } from '../docker/engine-events.js'
import { deploymentLabel, deploymentName } from '../docker/labels.js'
import { removeObjects } from '../docker/remove-objects.js'
import { SignalSender } from '../docker/signal-sender.js'
import { everyStep } from '../every-step.js'
import type { Network } from '../network/network-protocol.js'
import { startShadowNetwork } from '../network/shadow-network.js'
import { logFileOf, makeFolders, type DeploymentFolders } from '../process/deployment-folders.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { notDone } from '../process/not-done.js'
import { claimStack, foundOf, isReadyWithin, limitsDefault, putBackStack, type FoundStack } from './found-stack.js'
import { goesByProxies, proxiedStack, startRules, type ProxiedStack } from './proxied-stack.js'
import { componentOf, instanceOf } from './deployed-places.js'
import { planAtRest, type PlannedService, type StackPlan } from './plan-stack.js'
import { ServicePlaces } from './service-places.js'
import type { TaskPlace } from './task-place.js'
import { stackControls } from './stack-controls.js'
import { rebootControl, type RebootedStack } from './stack-reboot.js'
import { stackLabel } from './stack-services.js'
import { TaskLogs } from './task-logs.js'
import { addressOf, innerAddressesOf, slotOfTask } from './task-places.js'
import { VolumeFiles } from './volume-files.js'

/** A replica that is slow to answer once is not one that was found drained. */
const foundReadyWithinMs = 5_000
const removedSettleMs = 100
/** What a swarm ends of its own accord after a change of numbers was ordered. */
const ownEndsWithinMs = 15_000
const endedWithinMs = 3_000

/** A stack from the moment it is looked at until it is as it was found: it can be let go at any time. */
export class AttachedStack {
  readonly #ends: (() => unknown)[] = []
  readonly #journaled: number[] = []
  readonly #logs: TaskLogs
  readonly #toldToEnd = new Set<string>()
  #files: VolumeFiles | undefined
  #services: readonly ServicePlaces[] = []
  #components: ReadonlyMap<TaskPlace, Component> = new Map()
  #found: FoundStack | undefined
  #network: Network | undefined
  #proxied: ProxiedStack | undefined
  #folders: DeploymentFolders | undefined
  #signals: SignalSender | undefined
  #lost: string | undefined
  #disposed: Promise<void> | undefined
  #orderedAtMs = -Infinity
  #rollsOut = false
  #added = 0

  constructor(private readonly connection: EngineConnection, private readonly service: ServiceDescriptor, private readonly options: DeployOptions, private readonly whose: 'found' | 'ours' = 'found') {
    this.#logs = new TaskLogs(connection.docker, () => this.#services.flatMap(({ places }) => places))
  }

  async deployment(): Promise<Deployment> {
    const { service, options, connection: { docker } } = this
    const stack = this.#stack()
    const plan = await planAtRest(docker, service, options.signal)
    this.#record('../docker/remove-run', [this.connection.address.host, options.runId], `containers of the run in the engine at ${this.connection.address.host}`)
    const rules = goesByProxies(service, options) ? await startRules(docker, options, plan) : undefined
    if (rules !== undefined) this.#ends.push(() => rules.close())
    await this.#writeDown(plan, rules !== undefined)
    this.#services = plan.services.map(({ swarmService }) => new ServicePlaces({ docker, service: swarmService, startTimeoutMs: service.lifecycle.startTimeoutMs, emit: (event) => this.#emit(event), moved: () => void this.#tellBackends(), isEnded: () => this.#disposed !== undefined }))
    const folders = (this.#folders = makeFolders(options.directory, options.sharedDirectory, []))
    this.#ends.push(() => this.#logs.keepAll())
    this.#addPlaces(plan)
    const signals = (this.#signals = await SignalSender.start(docker, options, plan.imageId, 'none'))
    const events = await EngineEvents.open(docker, { deployment: this.#watched(stack, plan), emit: (event) => this.#tell(event), onLost: (reason) => this.#lose(reason) })
    this.#ends.push(() => events.close())
    for (const [index, { tasks }] of plan.services.entries()) for (const { slot, arrival } of tasks) this.#services[index]?.arrived(slot, arrival)
    const proxied = rules === undefined ? undefined : await proxiedStack({
      docker, rules, stack: stack.stack, replicas: this.#services[0]!, components: this.#components, onLost: (reason) => this.#lose(reason),
      found: { runId: options.runId, image: plan.imageId, services: plan.services.slice(1).map(({ swarmService: { ID: id } }) => ({ id })) },
    })
    this.#proxied = proxied
    const network = (this.#network = await startShadowNetwork({ service, options, folders, backends: this.#backends(), of: 'stack', emit: (event) => this.#emit(event), ...(proxied === undefined ? {} : { proxies: { host: proxied.gateway, edges: proxied.edges.edges } }) }))
    this.#ends.push(() => network.close())
    await proxied?.edges.begin(network)
    const reboot = rebootControl(this.#rebooted({ events, signals }))
    const controls = stackControls({
      docker, events, signals, services: this.#services,
      newReplica: () => this.#newPlace(`replica-${service.target.replicas.count + this.#added++}`, undefined, { service: this.#services[0], port: plan.services[0]?.port ?? 0 }),
      instanceOf,
      toldToEnd: (container) => this.#toldToEnd.add(container),
      lost: () => this.#lost,
      files: (this.#files = new VolumeFiles(this.#stack().dataFolder, options.journal, join(dirname(options.directory), `${basename(options.directory)}.damages`))),
      runId: options.runId,
      signal: options.signal,
      rollingOut: (isOn) => this.#setRolling(isOn),
      moved: () => void this.#tellBackends(),
    })
    return this.#deploymentOf({ stack, undeclared: plan.undeclared }, network, { ...controls, ...proxied?.controls, reboot })
  }

  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  #stack(): SwarmStack {
    const { swarm } = this.service.target
    if (swarm === undefined) throw notDone('attaching to a stack', 'a descriptor of another kind')
    return swarm
  }

  /** How everything is found, before anything is done to it, with the program that puts it back if we cannot; then the stack is taken. */
  async #writeDown({ services, replicas }: StackPlan, isProxied: boolean): Promise<void> {
    if (this.whose === 'ours') return // nobody else has it, and it is removed
    const { connection: { docker, address }, options, service } = this
    const [first] = services
    const readiness = { port: first?.port ?? 0, path: service.health.readinessPath }
    const ready = await Promise.all(replicas.map(({ arrival }) => isReadyWithin(docker, arrival.id, readiness, foundReadyWithinMs)))
    const found: FoundStack = {
      runId: options.runId,
      services: services.map(({ swarmService }) => foundOf(swarmService)),
      ...(ready.every(Boolean) ? { readiness } : {}),
      ...(isProxied ? { proxiedBy: replicas[0]?.inspected.Image ?? '' } : {}),
    }
    this.#record('restore-stack', [address.host, JSON.stringify(found)], `services of the stack ${this.#stack().stack} that are not as they were found`)
    this.#found = found
    await claimStack(docker, found)
  }

  #record(program: string, parameters: readonly string[], what: string): void {
    this.#journaled.push(this.options.journal.record({ kind: 'program', path: ownProgram(import.meta.url, program), parameters, what }))
  }

  #addPlaces({ services }: StackPlan): void {
    const components = new Map<TaskPlace, Component>()
    for (const [index, { tasks, port, component }] of services.entries()) {
      for (const [number, { slot }] of tasks.entries()) {
        const place = this.#newPlace(component?.name ?? `replica-${number}`, slot, { service: this.#services[index], port })
        if (component !== undefined) components.set(place, component)
      }
    }
    this.#components = components
  }

  #newPlace(name: string, slot: number | undefined, { service, port }: { readonly service: ServicePlaces | undefined; readonly port: number }): TaskPlace {
    const place: TaskPlace = { name, host: movingHost(`${name}.${basename(this.options.directory)}`), port, slot, container: undefined, mode: 'up', paused: false, freeSinceHrtimeMs: -Infinity, starts: 0, containers: [] }
    service?.places.push(place)
    if (this.#folders !== undefined) this.#logs.files.set(name, logFileOf(this.#folders, name))
    this.#ends.push(() => forgetAddress(place.host))
    return place
  }

  #rebooted(by: EndedBy): RebootedStack {
    return { ...by, docker: this.connection.docker, stack: this.#stack().stack, services: this.#services, signal: this.options.signal, toldToEnd: (id) => this.#toldToEnd.add(id), emit: (event) => this.#emit(event), lose: (reason) => this.#lose(reason), lost: () => this.#lost }
  }

  #watched({ stack }: SwarmStack, { services }: StackPlan): WatchedContainers {
    const named = new Map(services.map((one) => [one.swarmService.Spec.Name, one]))
    const serviceOf = (unit: string): PlannedService | undefined => named.get(unit.slice(0, unit.lastIndexOf('.')))
    return {
      label: `${stackLabel}=${stack}`,
      unitOf: (_id, attributes) => {
        const task = slotOfTask(attributes['com.docker.swarm.task.name'] ?? '')
        return task === undefined || !named.has(task.service) ? undefined : `${task.service}.${task.slot}`
      },
      // Old containers are removed by the swarm when it likes; what is unhealthy, one too many or started although it was given up is ended by it.
      isExpected: (action, unit, id) => action === 'destroy' || (action === 'kill' && (serviceOf(unit)?.hasHealthCheck === true || !this.#isMeasured(id) || this.#toldToEnd.has(id) || this.#rollsOut || performance.now() - this.#orderedAtMs < ownEndsWithinMs)),
    }
  }

  /** The last task that was replaced may be told to end a moment after the swarm has said that it is done. */
  #setRolling(isOn: boolean): void {
    this.#rollsOut = isOn
    if (!isOn) this.#orderedAtMs = performance.now()
  }

  #isMeasured(id: string): boolean {
    return this.#services.some(({ places }) => places.some(({ container }) => container?.id === id))
  }

  #backends(): { readonly id: string; readonly host: string; readonly port: number }[] {
    const [replicas] = this.#services
    return (replicas?.places ?? []).map(({ name, port, container }) => ({ id: name, host: container?.address ?? '127.0.0.1', port }))
  }

  #deploymentOf({ stack: { stack, url }, undeclared }: { readonly stack: SwarmStack; readonly undeclared: readonly string[] }, network: Network, controls: Deployment['controls']): Deployment {
    const [replicas] = this.#services
    const ordering = <T extends readonly unknown[], R>(work: ((...given: T) => R) | undefined) => (...given: T): R => {
      this.#orderedAtMs = performance.now()
      return work!(...given)
    }
    return {
      entrypoint: url,
      balancer: { ...this.service.balancer, kind: `the load balancer of the stack ${stack}`, retries: null },
      get instances() { return (replicas?.places ?? []).filter(({ isRemoved }) => isRemoved !== true).map(instanceOf) },
      components: [...this.#components].map(([place, component]) => componentOf(place, component)),
      edges: this.#proxied?.edges.edges.map(({ from, to }) => ({ from, to })) ?? [],
      undeclared,
      echo: network.echoUrl,
      controls: { ...controls, stop: ordering(controls.stop), kill: ordering(controls.kill), reboot: ordering(controls.reboot) },
      rebootGrade: 'simulated',
      rebootGradeReason: 'the node of a swarm is not rebooted: everything of the stack ended, and the swarm made it anew',
      bringLogUpToDate: (target) => this.#logs.keep(target),
      logFiles: this.#logs.files,
      balancerCounters: () => network.balancerCounters(),
      [Symbol.asyncDispose]: () => this.dispose(),
    }
  }

  #tell(event: DriverPlatformEvent): void {
    const at = event.target.lastIndexOf('.')
    const [name, slot] = [event.target.slice(0, at), Number(event.target.slice(at + 1))]
    const service = this.#services.find((one) => one.service.Spec.Name === name)
    const id = String(event.detail['container'])
    if (service === undefined) return
    if (event.name === 'process-started') void this.#follow(service, slot, { id, event })
    else if (event.name === 'process-exited') {
      const place = service.left(slot, id, event.atHrtimeMs)
      if (place !== undefined) this.#emit({ ...event, target: place.name })
      service.settle()
      void this.#tellBackends()
    } else if (event.name === 'process-told-to-end') {
      const place = service.placeOf(id)
      if (place !== undefined) this.#emit({ ...event, target: place.name })
    }
  }

  async #follow(service: ServicePlaces, slot: number, { id, event }: { readonly id: string; readonly event: DriverPlatformEvent }): Promise<void> {
    const { docker } = this.connection
    try {
      const inspected = await docker.getContainer(id).inspect()
      const address = inspected.State.Running ? await addressOf(docker, inspected) : undefined
      if (address === undefined || this.#disposed !== undefined) return
      const task = inspected.Config.Labels['com.docker.swarm.task.id'] ?? ''
      if (!(await service.isWanted(task))) return // it was given up while it was being started
      service.arrived(slot, { id: inspected.Id, pid: inspected.State.Pid, task, address, inner: innerAddressesOf(inspected), started: event })
      await this.#tellBackends()
    } catch (error) {
      // Else what cannot be found by us would be taken for a service that does not come back.
      if (statusOf(error) !== 404) this.#lose(`the engine does not say where ${event.target} is: ${messageOf(error)}`)
    }
  }

  async #tellBackends(): Promise<void> {
    await Promise.all([this.#network?.setBackends(this.#backends()).catch(() => undefined) /* its end is told by itself */, this.#proxied?.edges.follow()])
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#emit({ name: 'cluster-lost', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { unexpected: true, reason } })
  }

  /** What its own end does to a deployment is nothing the platform did. */
  #emit(event: DriverPlatformEvent): void {
    if (this.#disposed === undefined) this.options.onPlatformEvent(event)
  }

  /** Every step is tried whatever became of the one before. Throws SW_NOT_RESTORED when something is not as it was found. */
  async #dispose(): Promise<void> {
    await everyStep([() => this.#tellChangesOfOthers(), () => this.#files?.takeBack(), () => this.#proxied?.end(this.#network), () => this.#putBack(), () => this.#signals?.close(), ...[...this.#ends].reverse(), () => this.#removeOurs()])
    for (const id of this.#journaled) this.options.journal.done(id)
  }

  /** Of a stack that somebody else changed meanwhile nobody knows which one was measured. */
  async #tellChangesOfOthers(): Promise<void> {
    await Promise.all(this.#services.map((one) => one.idle()))
    for (const one of this.#services) {
      if (await one.isAsLeft().catch(() => true)) continue
      this.options.onPlatformEvent({ name: 'cluster-lost', target: 'machine', atHrtimeMs: hrtimeMs(), detail: { unexpected: true, reason: `somebody else changed the service ${one.service.Spec.Name} while it was measured` } })
    }
  }

  async #putBack(): Promise<void> {
    if (this.#found === undefined) return
    const { docker } = this.connection
    // What was told to end and has not yet would end after everybody has looked.
    const ending = this.#services.flatMap(({ places }) => places.flatMap(({ container }) => (container !== undefined && this.#toldToEnd.has(container.id) ? [container.id] : [])))
    await Promise.all(ending.map((id) => docker.getContainer(id).stop({ t: Math.ceil(endedWithinMs / 1_000) }).catch(() => undefined)))
    const left = await putBackStack(docker, this.#found, { ...limitsDefault, rolledBackWithinMs: rolledBackWithinMs(this.service) })
    if (left.length > 0) throw new SeaworthyError('SW_NOT_RESTORED', `while putting the stack ${this.#stack().stack} back: ${left.join('; ')}`, { exitCode: exitCodes.notConclusive })
  }

  async #removeOurs(): Promise<void> {
    const left = await removeObjects(this.connection.docker, { label: `${deploymentLabel}=${deploymentName(this.options)}` }, removedSettleMs)
    if (left.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while letting the stack ${this.#stack().stack} go: found ${left.join(', ')} of ours, which cannot be removed`, { exitCode: exitCodes.internal })
  }
}

/** One task after the other, each as long as a start, a stop and what a stack lets pass between them may take. */
export const rolledBackWithinMs = ({ lifecycle, target: { replicas } }: ServiceDescriptor): number => 30_000 + replicas.count * (lifecycle.startTimeoutMs + lifecycle.stop.graceMs + 30_000)
