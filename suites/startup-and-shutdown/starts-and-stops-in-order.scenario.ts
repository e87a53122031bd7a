import { thresholdValues } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { exitsByItselfInTime, underWayLoad } from './exits-by-itself-in-time.check.js'
import { noRequestFailsAfterReady } from './no-request-fails-after-ready.check.js'
import { readOperations } from './read-operations.js'
import { documentedTimesAreTrue } from './documented-times-are-true.check.js'
import { timesAreDocumented } from './documented-times.requirements.js'
import { readyMeansReady, stopsByItself } from './starts-and-stops.requirements.js'
import { usualStartMs, usualStopMs, watchBeyondLimitMs } from './time-limits.js'

const requestsPerSecond = 20
const readinessEveryMs = 50
/** Traffic before a stop under load; the last second of it has to be answered. */
const loadBeforeStopMs = 1_100
/** How long half of a request is out before the signal, so that it has been read. */
const arrivesMs = 100
/** And after the stop was asked for, so that the signal has come: not for long where little time is declared or documented for a stop. */
const holdMsMax = 400
const holdMsOf = ({ lifecycle, docs }: ServiceDescriptor): number => Math.min(holdMsMax, lifecycle.stop.graceMs / 10, (docs?.times?.stopMs ?? Infinity) / 4)
/** Longer than it takes until half of it is out, or until an address that swallows it is given up. */
const underWayMaxMs = 10_000
/** Often enough that no server takes the connection for idle. */
const underWayEveryMs = 100
/** An idle stop is preceded by this long a look at an idle, ready instance. */
const idleBeforeStopMs = 4 * readinessEveryMs
/** A delayed dependency is given back after this many delays even if the instance is not ready: with it, it may never be. */
const delaysPerSlowStart = 8

const afterReadyMs = (requestsMin: number): number => (requestsMin / requestsPerSecond) * 1_100 + 300

/** The hard dependencies that can be delayed for this instance alone. */
const delayable = (context: ScenarioContext, instance: string): readonly string[] =>
  context.components.filter(({ name, hard }) => hard && context.edges.some(({ from, to }) => from === instance && to === name)).map(({ name }) => name)

async function stopOnce(context: ScenarioContext, instance: string, options: { readonly label: string; readonly loaded: boolean }): Promise<void> {
  if (!options.loaded) {
    context.step(`stopping ${instance} while it is idle`)
    await context.pause(idleBeforeStopMs)
    await context.control.stop(instance, options.label)
    return
  }
  context.step(`stopping ${instance} under load`)
  const load = context.traffic.start({
    name: options.label,
    ratePerSecond: requestsPerSecond,
    operations: 'mixed',
    via: instance,
    connections: 'keep-alive',
    durationMaxMs: loadBeforeStopMs + underWayMaxMs + 2 * context.service.lifecycle.stop.graceMs,
  })
  try {
    await context.pause(loadBeforeStopMs)
    await stopWithRequestUnderWay(context, instance, options.label)
  } finally {
    await load.stop()
  }
}

/**
 * A client of a kept connection has half of a request out when the signal comes, and goes on using the connection
 * until it is told to close it: whether a server lets go of it must not depend on the instant of the signal.
 */
async function stopWithRequestUnderWay(context: ScenarioContext, instance: string, label: string): Promise<void> {
  const holdMs = holdMsOf(context.service)
  const halfSent = context.traffic.halfSent({
    name: underWayLoad(label),
    instance,
    everyMs: underWayEveryMs,
    durationMaxMs: underWayMaxMs + holdMs + 2 * context.service.lifecycle.stop.graceMs,
  })
  try {
    context.fact(underWayLoad(label), halfSent !== undefined)
    const underWay = await halfSent?.underWay()
    await context.pause(underWay === true ? arrivesMs : 0) // nothing is stopped any more once the run is interrupted
    // The stop goes on to its end when this is interrupted.
    const released = context.pause(holdMs).catch(() => {}).then(() => halfSent?.release())
    await Promise.all([context.control.stop(instance, label), released])
  } finally {
    await halfSent?.stop()
  }
}

/** Starts the instance, with its dependency delayed until it is ready or has waited long enough. */
async function startSlowed(context: ScenarioContext, instance: string, options: { readonly label: string; readonly component: string; readonly delayMs: number }): Promise<void> {
  const { label, component, delayMs } = options
  context.step(`starting ${instance} with ${component} delayed by ${delayMs} ms`)
  // Only the process that is about to be started can bear witness to it.
  const fault = await context.control.faultDependency({ component, from: instance, fault: { kind: 'delay', delayMs }, label, background: true })
  await context.control.start(instance, label)
  await context.untilReady(instance, delaysPerSlowStart * delayMs)
  await fault.undo()
}

interface StartOptions {
  readonly label: string
  readonly delayed: string | undefined
}

async function startOnce(context: ScenarioContext, instance: string, options: StartOptions): Promise<boolean> {
  if (context.selected.has('START-03')) return startRaced(context, instance, options)
  context.step(`starting ${instance}`)
  await context.control.start(instance, options.label)
  return context.untilReady(instance, context.service.lifecycle.startTimeoutMs + watchBeyondLimitMs)
}

/** Readiness raced against real requests from before the process exists. Answers whether it became ready. */
async function startRaced(context: ScenarioContext, instance: string, { label, delayed }: StartOptions): Promise<boolean> {
  const delayMs = context.threshold('START-03', 'slow_start_delay_ms')
  const spanMs = afterReadyMs(context.threshold('START-03', 'requests_after_ready_min'))
  const { startTimeoutMs } = context.service.lifecycle
  const load = context.traffic.start({
    name: label,
    ratePerSecond: requestsPerSecond,
    operations: readOperations(context.service),
    via: instance,
    connections: 'fresh',
    durationMaxMs: 2 * startTimeoutMs + 2 * delaysPerSlowStart * delayMs + spanMs,
  })
  try {
    if (delayed === undefined) {
      context.step(`starting ${instance}`)
      await context.control.start(instance, label)
    } else {
      await startSlowed(context, instance, { label, component: delayed, delayMs })
    }
    if (!(await context.untilReady(instance, startTimeoutMs + watchBeyondLimitMs))) return false
    await context.pause(spanMs)
    return true
  } finally {
    await load.stop()
  }
}

/** How many cycles there are, and which of them are special: the last ones are stopped under load and started slowly. */
function cyclesOf(threshold: (requirement: 'START-03' | 'START-04' | 'START-07', key: string) => number, selected: { readonly starts: boolean; readonly stops: boolean; readonly times: boolean }) {
  const starts = selected.starts ? threshold('START-03', 'starts') : 0
  const stops = selected.stops ? threshold('START-04', 'stops') : 0
  const slowed = selected.starts ? threshold('START-03', 'slowed_starts') : 0
  // A start that we slow down says nothing of how long it takes.
  const timed = selected.times ? Math.max(threshold('START-07', 'starts') + slowed, threshold('START-07', 'stops')) : 0
  const count = Math.max(starts, stops, timed)
  return {
    count,
    loadedFrom: selected.stops ? count - threshold('START-04', 'loaded_stops') : count,
    slowedFrom: count - slowed,
  }
}

export const startsAndStopsInOrder: Scenario = {
  id: 'startup-and-shutdown/starts-and-stops-in-order',
  title: 'An instance stops by itself when told to, and is ready only when it can serve',
  needs: ['lifecycle.stop', 'lifecycle.start', 'health.readiness'],
  instanceCountMin: 1,
  expectedMs: (service, profile) => {
    const starts = thresholdValues(readyMeansReady, profile)
    const stops = thresholdValues(stopsByItself, profile)
    const times = thresholdValues(timesAreDocumented, profile)
    const cycles = cyclesOf((requirement, key) => Number({ 'START-03': starts, 'START-04': stops, 'START-07': times }[requirement][key]), { starts: true, stops: true, times: service.docs?.times !== undefined })
    const cycleMs = usualStopMs(service) + usualStartMs(service) + afterReadyMs(Number(starts['requests_after_ready_min']))
    const slowedMs = Math.max(0, delaysPerSlowStart * Number(starts['slow_start_delay_ms']) - usualStartMs(service))
    return cycles.count * cycleMs + Number(stops['loaded_stops']) * (loadBeforeStopMs + arrivesMs + holdMsOf(service)) + Number(starts['slowed_starts']) * slowedMs
  },
  async exercise(context) {
    const instance = context.instances[Math.floor(context.random() * context.instances.length)]?.id
    if (instance === undefined) return
    const cycles = cyclesOf((requirement, key) => context.threshold(requirement, key), {
      starts: context.selected.has('START-03'),
      stops: context.selected.has('START-04'),
      times: context.selected.has('START-07'),
    })
    const dependencies = delayable(context, instance)
    context.fact('delayableDependencies', dependencies)
    if (context.service.docs?.times !== undefined) context.fact('documentedTimes', context.service.docs.times)
    const sampling = context.traffic.sample({ probes: ['readiness'], instances: [instance], everyMs: readinessEveryMs })
    try {
      for (let cycle = 0; cycle < cycles.count; cycle++) {
        const number = cycle + 1
        const loaded = cycle >= cycles.loadedFrom
        const delayed = cycle >= cycles.slowedFrom ? dependencies[cycle % Math.max(1, dependencies.length)] : undefined
        await context.untilReady(instance, context.service.lifecycle.startTimeoutMs)
        await stopOnce(context, instance, { label: `${loaded ? 'stop-loaded' : 'stop-idle'}-${number}`, loaded })
        if (!(await startOnce(context, instance, { label: `start-${number}`, delayed }))) break
      }
    } finally {
      await sampling.stop()
    }
  },
  checks: [noRequestFailsAfterReady, exitsByItselfInTime, documentedTimesAreTrue],
}
