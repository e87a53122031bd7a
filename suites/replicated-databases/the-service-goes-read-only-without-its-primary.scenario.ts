import { numberThreshold, thresholdValues, type ProfileName } from '../../core/requirement.js'
import type { AppliedFault, Scenario, ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { lossLabel, losses, readBack, readsWithoutPrimary, released, writesWithoutPrimary, type Loss } from './names.js'
import { readAgain, startWrites } from './paced-writes.js'
import { readsSurvivePrimary } from './reads-survive-losses.check.js'
import { loseServer } from './replica-loss-phase.js'
import { primaryMayBeLostForReads } from './requirements/losses.js'
import { noWriteIsAcknowledgedAndLost, writesAreRefusedHonestly, writesWorkAgain } from './writes-are-refused-honestly.check.js'

export const scenario: Scenario = {
  id: 'replicated-databases/the-service-goes-read-only-without-its-primary',
  title: 'Without the owner of the data reads go on and writes are refused, explicitly and quickly',
  needs: ['topology.balancer', 'data.owner', 'lifecycle.hold'],
  instanceCountMin: 1,
  expectedMs: (service, profile) => 2 * (outageMsOf(service, profile) + 2_500) + 2_000,
  exercise,
  checks: [readsSurvivePrimary, noWriteIsAcknowledgedAndLost, writesAreRefusedHonestly, writesWorkAgain],
}

const readsPerSecond = 60
const writesPerSecond = 20
const beforeMs = 1_000
/** Only what is missing costs this time: a queue that is kept may take a while to be written. */
const convergenceMsMin = 10_000

function outageMsOf(service: ServiceDescriptor, profile: ProfileName): number {
  const { id } = primaryMayBeLostForReads
  return numberThreshold(thresholdValues(primaryMayBeLostForReads, profile, service.overrides[id]), 'outage_s') * 1_000
}

async function exercise(context: ScenarioContext): Promise<void> {
  const owner = context.components.find((one) => one.role === 'db-primary') ?? context.components.find((one) => one.ownsData)
  if (owner === undefined) return
  context.fact('data-owner', owner.name)
  const { data } = context.service
  const recoveryMs = context.selected.has('DEGR-07') ? context.threshold('DEGR-07', 'write_recovery_within_s') * 1_000 : context.service.lifecycle.startTimeoutMs
  const outageMs = outageOf(context)
  const read = context.selected.has('REPL-06') ? data?.readOrdinary : undefined
  const reads =
    read === undefined
      ? undefined
      : context.traffic.start({ name: readsWithoutPrimary, ratePerSecond: readsPerSecond, operations: [read], via: 'balancer', connections: 'keep-alive', durationMaxMs: losses.length * (outageMs + beforeMs + recoveryMs + 30_000) })
  const writes = startWrites(context, { load: writesWithoutPrimary, perSecond: writesPerSecond })
  try {
    for (const loss of losses) {
      await context.pause(beforeMs)
      await lose(context, { owner: owner.name, loss, outageMs })
      const sinceMs = context.now()
      // A little longer than allowed, so that late is seen to be late.
      if (!(await context.until('writes are acknowledged again', () => writes.lastAcknowledgedAtMs() > sinceMs, recoveryMs + 2_000))) break
    }
  } finally {
    await writes.stop()
  }
  await reads?.stop()
  if (!context.selected.has('DEGR-07')) return
  context.step('reading back what was acknowledged')
  await readAgain(context, { load: readBack, keys: writes.acknowledged, convergenceMs: Math.max(convergenceMsMin, 3 * (data?.maxLagMs ?? 0)) })
}

/** As long as those that are selected need: for the reads a time after the grace period, for the writes their number. */
function outageOf(context: ScenarioContext): number {
  const forReads = context.selected.has('REPL-06') ? context.threshold('REPL-06', 'outage_s') * 1_000 : 0
  const forWrites = context.selected.has('DEGR-07') ? (1.25 * 1_000 * context.threshold('DEGR-07', 'writes')) / writesPerSecond : 0
  return Math.max(forReads, forWrites)
}

async function lose(context: ScenarioContext, { owner, loss, outageMs }: { readonly owner: string; readonly loss: Loss; readonly outageMs: number }): Promise<void> {
  context.step(loss === 'killed' ? `${owner} killed and kept down` : `${owner} silent: connections stay, nothing is answered`)
  const faults = [await loseServer(context, owner, loss)]
  const lostAtMs = context.now()
  if (loss === 'silent') faults.push(...(await silenceForFollowers(context, owner)))
  await context.pause(Math.max(1, lostAtMs + outageMs - context.now()))
  context.observe(released, owner, { loss })
  context.step(`${owner} may return`)
  await Promise.all(faults.map((fault) => fault.undo()))
}

/** Servers that follow the owner lose it as well: a machine that hangs hangs for everybody. */
function silenceForFollowers(context: ScenarioContext, owner: string): Promise<readonly AppliedFault[]> {
  const instances = context.instances.map(({ id }) => id)
  const followers = context.edges.filter((edge) => edge.to === owner && !instances.includes(edge.from)).map((edge) => edge.from)
  return Promise.all(
    followers.map((from) => context.control.faultDependency({ component: owner, from, fault: { kind: 'silence' }, label: `${lossLabel(owner, 'silent')} for ${from}`, background: true })),
  )
}
