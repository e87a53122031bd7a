import type { Overload } from '../../core/declarations/overload.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { agreed } from './load-spans.js'
import { capacityProbe, loads, type Capacity } from './overload-names.js'

/** Where the search begins when nothing is declared. */
const firstPerSecond = 50
/** More than what is declared, so that it shows where it ends. */
const excess = 1.3
const growth = 1.6
/** What one process can send and the machine can bear beside the service. */
const offeredPerSecondMax = 1_200
const saturatedShare = 0.95
/** Until the first answers come regularly. */
const rampMs = 300
const measuredMs = { quick: 1_500, standard: 5_000, thorough: 10_000 } as const
const restMs = { quick: 700, standard: 2_000, thorough: 2_000 } as const
/** A machine that others use too gives a measurement that the next one does not repeat. */
const measurementsMax = 4

/**
 * What the service does per second of an operation when more of it is asked for: an open loop at rising rates until clearly
 * less is done than asked for, and then at that rate until two measurements in a row agree. Not a closed loop: its clients would come again at once
 * after a quick refusal, and measure how fast a service refuses. Undefined: it could not be brought to its limit.
 */
export async function measureCapacity(context: ScenarioContext, { operation, capacityPerSecond }: Overload): Promise<number | undefined> {
  let offeredPerSecond = capacityPerSecond === undefined ? firstPerSecond : capacityPerSecond * excess
  const measured: number[] = []
  while (!settled(measured, context.threshold('DEGR-05', 'capacity_difference_max'))) {
    const capacity = await measureOnce(context, { operation, offeredPerSecond })
    context.observe(capacityProbe, 'service', capacity)
    if (capacity.saturated) measured.push(capacity.goodputPerSecond)
    else if (measured.length > 0 || offeredPerSecond * growth > offeredPerSecondMax) return undefined
    else offeredPerSecond *= growth
  }
  return agreed(measured)?.mean
}

/** No more needs to be measured. */
function settled(measured: readonly number[], differenceMax: number): boolean {
  const last = agreed(measured)
  return last !== undefined && (last.difference <= differenceMax || measured.length === measurementsMax)
}

async function measureOnce(context: ScenarioContext, { operation, offeredPerSecond }: { readonly operation: Overload['operation']; readonly offeredPerSecond: number }): Promise<Capacity> {
  const load = context.traffic.start({
    name: loads.calibration,
    operations: [operation],
    ratePerSecond: offeredPerSecond,
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: 60_000,
    timeoutMs: operation.timeoutMs,
  })
  const served = (): number => load.counts().ended - load.counts().notOk
  await context.pause(rampMs)
  const begun = { atMs: context.now(), served: served() }
  await context.pause(measuredMs[context.profile])
  const goodputPerSecond = ((served() - begun.served) * 1_000) / (context.now() - begun.atMs)
  await load.stop()
  // What was left of it must not count for the next measurement.
  await context.pause(restMs[context.profile])
  return { offeredPerSecond, goodputPerSecond, saturated: goodputPerSecond < offeredPerSecond * saturatedShare }
}
