import type { DeployedComponent, Deployment, DriverPlatformEvent, Instance, Journal } from '../core/driver.js'
import type { HistoryEvent } from '../core/history.js'
import type { Capability } from '../core/requirement.js'
import type { LeftAlone } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import type { CleanupStack } from './cleanup-stack.js'
import { probe, type ProbeAnswer } from './probe.js'

/** What the parts of one running scenario share. Made by run-scenario, one for each scenario. */
export interface ScenarioWorld {
  readonly service: ServiceDescriptor
  /** See ScenarioContext. */
  readonly leftAlone: (capability: Capability) => LeftAlone | undefined
  readonly deployment: Deployment
  readonly journal: Journal
  readonly cleanup: CleanupStack
  readonly signal: AbortSignal
  /** Value of SEAWORTHY_RUN for everything that is started for this deployment: its end finds them by it. */
  readonly marker: string
  /** What the services are started with beyond their own: commands of the descriptor get it too. */
  readonly environment: Readonly<Record<string, string>>
  /** Second deployments of this scenario by name. */
  readonly apart: Map<string, Deployment>
  /** Makes one more deployment of the same service, from a variant of its descriptor; its end is on the clean-up stack. */
  deployApart(options: { readonly service: ServiceDescriptor; readonly name: string; readonly install: boolean }): Promise<{ readonly deployment: Deployment; end(): Promise<void> }>
  /** ms since the scenario began. */
  clock(): number
  record(event: HistoryEvent): void
  /** Told of everything the platform reports, after it was recorded. */
  onPlatform(listener: (event: DriverPlatformEvent) => void): () => void
  /** Things that were not put back. */
  notRestored(what: string): void
}

export function instanceOf(world: ScenarioWorld, id: string): Instance {
  const found = world.deployment.instances.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no instance ${id}`)
  return found
}

/** Where a name leads: the balancer, an instance, a second deployment or one of its instances. Throws for a name of nothing. */
export function addressOf(world: ScenarioWorld, name: string): URL {
  if (name === 'balancer') return world.deployment.entrypoint
  const [apart = '', instance] = name.split('/')
  const second = world.apart.get(apart)
  if (second === undefined) return instanceOf(world, name).url
  if (instance === undefined) return second.entrypoint
  const found = second.instances.find((one) => one.id === instance)
  if (found === undefined) throw new Error(`no instance ${name}`)
  return found.url
}

/** Components of the deployment that a target belongs to. */
export const componentsFor = (world: ScenarioWorld, target: string): readonly DeployedComponent[] =>
  (world.apart.get(target.split('/')[0] ?? '') ?? world.deployment).components

export interface Identified extends ProbeAnswer {
  readonly boot: string | undefined
}

/** One readiness answer of an instance, past the balancer, with the boot that gave it. */
export async function readiness(world: ScenarioWorld, id: string, timeoutMs = 1_000): Promise<Identified> {
  const url = new URL(world.service.health.readinessPath, instanceOf(world, id).url)
  const answer = await probe(url, { timeoutMs, signal: world.signal })
  const header = world.service.identity?.bootHeader
  return { ...answer, boot: header === undefined ? undefined : answer.headers?.[header] }
}
