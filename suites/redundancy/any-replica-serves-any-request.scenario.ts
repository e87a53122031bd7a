import type { ProfileName } from '../../core/requirement.js'
import { numberThreshold, thresholdValues } from '../../core/requirement.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { balancerServesEverything, mixedLoad, pairsShareRecords, pairsShareSessions } from './any-replica-serves-any-request.check.js'
import { resumeNeverOpened } from './never-opened.js'
import { recordProbe, runProbes, runProbesOnce, sessionProbe, type Pair, type PairProbe } from './replica-pairs.js'
import { requirements } from './requirements.js'
import { scaleOutAndIn, usualScalingMs } from './scale-out-and-in.js'
import { scalingIsInvisible } from './scaling-is-invisible.check.js'

const id = 'RDND-01'
const ratePerSecond = 40
const perPairMs = 250

export const scenario: Scenario = {
  id: 'redundancy/any-replica-serves-any-request',
  title: 'Work begun on one replica is continued on any other',
  needs: ['topology.instances', 'topology.identity', 'topology.balancer'],
  instanceCountMin: 2,
  dependencies: 'direct',
  expectedMs,
  exercise,
  checks: [pairsShareRecords, pairsShareSessions, balancerServesEverything, scalingIsInvisible],
}

function expectedMs(service: ServiceDescriptor, profile: ProfileName): number {
  const requirement = requirements.find((one) => one.id === id)
  if (requirement === undefined) return 0
  const values = thresholdValues(requirement, profile, service.overrides[id])
  const pairs = service.target.replicas.count ** 2
  return pairs * perPairMs + (numberThreshold(values, 'balancer_operations') / ratePerSecond) * 1_000 + 1_000 + usualScalingMs(service)
}

async function exercise(context: ScenarioContext): Promise<void> {
  if (context.selected.has(id)) await serveEveryPair(context)
  if (context.selected.has('RDND-05')) await scaleOutAndIn(context)
}

async function serveEveryPair(context: ScenarioContext): Promise<void> {
  const ids = context.instances.map((one) => one.id)
  const { data } = context.service
  const reads = [...new Set([data?.readOrdinary?.name, data?.readStrong?.name])].filter((name) => name !== undefined)
  context.fact('pair-plan', { reads, session: data?.session !== undefined })

  const sizes = { records: context.threshold(id, 'records_per_pair'), sessions: context.threshold(id, 'sessions_per_pair'), reads }
  const windowMs = Math.max(context.threshold(id, 'convergence_s') * 1_000, 2 * (data?.maxLagMs ?? 0))
  context.step('work on one and the same replica, as a control')
  for (const one of ids) await runProbes(context, probesOf(context, { from: one, to: one }, { records: 1, sessions: 1, reads }), windowMs)
  await context.traffic.readNeverWritten(reads)
  await resumeNeverOpened(context, data?.session)
  let slowestMs = 0
  for (const from of ids) {
    context.step(`work begun on ${from}, continued on every other replica`)
    for (const to of ids) {
      if (to !== from) slowestMs = Math.max(slowestMs, await runProbes(context, probesOf(context, { from, to }, sizes), windowMs))
    }
  }
  const waitMs = Math.min(windowMs, Math.max(2 * slowestMs, data?.maxLagMs ?? 0))
  await tryBalancer(context, { ...sizes, sessions: sizes.sessions * ids.length * (ids.length - 1) }, waitMs)
}

interface Sizes {
  readonly records: number
  readonly sessions: number
  readonly reads: readonly string[]
}

/** Ordinary and strong reads in turn, because either may be the one that looks into local memory. */
function probesOf(context: ScenarioContext, pair: Pair, { records, sessions, reads }: Sizes): PairProbe[] {
  const { data } = context.service
  const session = data?.session
  const probes = session === undefined ? [] : Array.from({ length: sessions }, () => sessionProbe(context, pair, session))
  for (let index = 0; index < records; index++) {
    const read = reads[index % reads.length]
    if (data !== undefined && read !== undefined) probes.push(recordProbe(context, pair, { write: data.write.name, read }))
  }
  return probes
}

async function tryBalancer(context: ScenarioContext, sizes: Sizes, waitMs: number): Promise<void> {
  context.step('every operation through the balancer, each on a new connection')
  const load = context.traffic.start({
    name: mixedLoad,
    ratePerSecond,
    operations: 'mixed',
    via: 'balancer',
    connections: 'fresh',
    durationMaxMs: (context.threshold(id, 'balancer_operations') / ratePerSecond) * 1_000,
  })
  await runProbesOnce(context, probesOf(context, { from: 'balancer', to: 'balancer' }, sizes), waitMs)
  await load.finished()
}
