import type { BalancerQualification } from '../../core/driver.js'
import type { InstanceId } from '../../core/history.js'
import type { Load, LoadSpec, TrafficControls } from '../../core/scenario.js'
import { TrafficContext, type ContextOptions } from './context.js'
import { readInstance } from './direct-reading.js'
import type { SeenIdentity } from './identity.js'
import { startHalfSent, startKeepAliveConnections } from './keep-alive-connections.js'
import { startLoad } from './load.js'
import { startLoopDelay } from './loop-delay.js'
import { qualifyBalancer, startNullControl } from './own-server-load.js'
import { readNeverWritten } from './never-written.js'
import { reconcile } from './reconcile.js'
import { readHealth } from './health-reading.js'
import { startSampler } from './sampler.js'
import { seed } from './seed.js'
import { Sender } from './sender.js'
import type { Shares } from './shares.js'
import { readValue, startValueSampler } from './value-reading.js'
import { startStuck, startWitnesses } from './witnesses.js'

export interface TrafficOptions extends ContextOptions {
  /** Our echo server, for the null control. */
  readonly echo: URL
  readonly qualification?: () => Promise<BalancerQualification>
}

/** What `identify` found. */
export interface IdentityReport {
  /** Instances that gave no identity, or could not be asked. */
  readonly unknown: readonly InstanceId[]
  /** Names that more than one instance uses: they say nothing. */
  readonly ambiguous: readonly string[]
}

export interface Traffic extends TrafficControls {
  startNullControl(ratePerSecond: number): Load
  /** Writes keys for the reads of loads. Returns how many were acknowledged. */
  seed(count: number): Promise<number>
  /** Asks each instance directly what it calls itself. */
  identify(): Promise<IdentityReport>
  /** The instance that calls itself this; undefined where none does, or more than one. */
  instanceNamed(ownName: string): InstanceId | undefined
  /** By instance: what it called itself and which boot it was, the last time it answered. */
  readonly lastIdentity: ReadonlyMap<InstanceId, SeenIdentity>
  /** Answers through the balancer to requests sent in the last `windowMs`. */
  shares(windowMs: number): Shares
  nextRequestId(): number
  /** Stops every load and sampler, cancels what is outstanding, closes every connection. */
  close(): Promise<void>
}

/**
 * The traffic of one scenario. When the signal aborts, loads plan no more and everything outstanding ends as
 * `cancelled`. Records events `event-loop-delay` until closed.
 */
export function createTraffic(options: TrafficOptions): Traffic {
  const context = new TrafficContext(options)
  const sender = new Sender(context)
  const running: { stop(): Promise<void> }[] = []
  const loopDelay = startLoopDelay(context)
  const cancelAll = (): void => context.cancelAll()
  options.signal.addEventListener('abort', cancelAll)
  const kept = <T extends { stop(): Promise<void> }>(started: T): T => {
    running.push(started)
    return started
  }
  return {
    start: (spec) => kept(startSpec(context, spec)),
    witnesses: (witnessOptions) => startWitnesses(context, witnessOptions),
    stuck: (stuckOptions) => startStuck(context, stuckOptions),
    keepAliveConnections: (keepAliveOptions) => kept(startKeepAliveConnections(context, keepAliveOptions)),
    halfSent: (halfSentOptions) => {
      const started = startHalfSent(context, halfSentOptions)
      return started === undefined ? undefined : kept(started)
    },
    sample: (sampleOptions) => kept(startSampler(context, sampleOptions)),
    readHealth: (readingOptions) => readHealth(context, readingOptions),
    send: (sendOptions) => sender.send(sendOptions),
    readValue: (reading) => readValue(context, reading),
    sampleValues: (sampling) => kept(startValueSampler(context, sampling)),
    address: (name, url) => context.addAddress(name, url),
    qualifyBalancer: async (loadOptions) => {
      if (options.qualification !== undefined) await qualifyBalancer(context, options.qualification, loadOptions)
    },
    newKey: () => context.keys.newKey('scenario'),
    reconcile: (reconcileOptions) => reconcile(context, reconcileOptions),
    readNeverWritten: (operations) => readNeverWritten(context, operations.map((one) => (typeof one === 'string' ? context.operations.named(one) : context.operations.compiled(one)))),
    startNullControl: (ratePerSecond) => kept(startNullControl(context, options.echo, ratePerSecond)),
    seed: (count) => seed(context, count),
    identify: () => identify(context),
    instanceNamed: (ownName) => context.identities.instanceNamed(ownName),
    lastIdentity: context.identities.last,
    shares: (windowMs) => context.shares.since(context.clock() - windowMs),
    nextRequestId: () => context.nextRequestId(),
    close: async () => {
      const stopping = running.map((one) => one.stop())
      context.cancelAll()
      await Promise.all(stopping)
      sender.close()
      loopDelay.stop()
      options.signal.removeEventListener('abort', cancelAll)
    },
  }
}

function startSpec(context: TrafficContext, spec: LoadSpec): Load {
  const operationOf = context.operations.chooser(spec.operations, context.random)
  const client = context.client(spec.name, spec.via, spec.connections)
  const { name, ratePerSecond, durationMaxMs, timeoutMs, values, keys } = spec
  return startLoad(context, { name, client, ratePerSecond, durationMaxMs, operationOf, ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(values === undefined ? {} : { values }), ...(keys === undefined ? {} : { keys }) })
}

const identifyTimeoutMs = 2_000

async function identify(context: TrafficContext): Promise<IdentityReport> {
  const { readinessPath, livenessPath, detailPath } = context.service.health
  const reads = context.operations.ordinary().filter(({ operation }) => !operation.mutates)
  const key = context.keys.newKey('identify') // of nothing: also an answer that there is none names its instance
  const paths = [readinessPath, livenessPath, detailPath, ...reads.map((read) => read.fill({ key }).path)].filter((path) => path !== undefined)
  const known = (id: InstanceId): boolean => context.identities.last.has(id)
  await Promise.all(
    context.instances.map(async (instance) => {
      for (const path of paths) if (!known(instance.id)) await readInstance(context, instance, { path, timeoutMs: identifyTimeoutMs })
    }),
  )
  return { unknown: context.instances.filter(({ id }) => !known(id)).map(({ id }) => id), ambiguous: context.identities.ambiguous }
}
