import type { DeploymentControls, Edge, EdgeCounters } from '../core/driver.js'
import { InterventionFailed } from '../core/errors.js'
import type { AppliedFault, ScenarioControls } from '../core/scenario.js'
import { ejectWindowMs } from '../core/service-descriptor.js'
import { changeControls } from './change-controls.js'
import { witnessDeath, witnessDrain, witnessEdges, witnessFreeze, witnessListening, witnessReady, type BeforeDeath } from './fault-witness.js'
import { offered } from './offered.js'
import { carryOut } from './procedures.js'
import { Interventions, type InterventionPlan } from './recorded-intervention.js'
import { readiness, type ScenarioWorld } from './scenario-world.js'
import { stopBy } from './stop-intervention.js'

async function stateBefore(world: ScenarioWorld, target: string): Promise<BeforeDeath> {
  const { processState } = world.deployment.controls
  if (processState === undefined) return addressBefore(world, target)
  const state = await processState(target)
  if (state.pid === null) throw new InterventionFailed('kill', target, `it is not running (${state.state})`)
  const isInstance = world.deployment.instances.some((one) => one.id === target)
  return { pid: state.pid, boot: isInstance ? (await readiness(world, target)).boot : undefined }
}

/** What does not answer before it is killed cannot be seen to die. */
async function addressBefore(world: ScenarioWorld, target: string): Promise<BeforeDeath> {
  const { outcome, boot } = await readiness(world, target)
  if (outcome !== 'answered') throw new InterventionFailed('kill', target, `it did not answer before that (${outcome})`)
  return { pid: undefined, boot }
}

/** Faults and procedures of one scenario: recorded, undone at the latest at its end, and witnessed. */
export function createControls(world: ScenarioWorld, interventions: Interventions, onAddress: (name: string, url: URL) => void): ScenarioControls {
  return {
    ...changeControls(world, interventions, onAddress),
    ...lifecycleControls(world, interventions),
    ...crashControls(world, interventions),
    ...edgeControls(world, interventions),
    freeze: (target, label) =>
      interventions.makeUndoable(
        {
          name: 'freeze',
          target,
          label,
          apply: () => offered(world, 'freeze')(target),
          witness: () => witnessFreeze(world, target),
        },
        () => offered(world, 'thaw')(target),
      ),
  }
}

type Lifecycle = Pick<ScenarioControls, 'drain' | 'undrain' | 'stop' | 'start' | 'reboot'>
function lifecycleControls(world: ScenarioWorld, interventions: Interventions): Lifecycle {
  const { lifecycle } = world.service
  const declared = <T>(procedure: T | undefined, name: string): T => {
    if (procedure === undefined) throw new Error(`the descriptor declares no lifecycle.${name}`)
    return procedure
  }
  return {
    // Where no drain is declared, or the driver leaves it alone, the stop signal begins it: that is all such a service is given before it has to go.
    drain: (target, label) =>
      interventions.make({
        name: 'drain',
        target,
        label,
        apply: () => carryOut(world, (world.leftAlone('lifecycle.drain') === undefined ? lifecycle.drain : undefined) ?? { via: 'signal', signal: lifecycle.stop.signal }, target),
        witness: () => witnessDrain(world, target, 2 * ejectWindowMs(world.deployment.balancer)),
        background: true, // requests in flight do not wait for us to look
      }),
    undrain: (target, label) =>
      interventions.make({
        name: 'undrain',
        target,
        label,
        apply: () => carryOut(world, declared(lifecycle.undrain, 'undrain'), target),
        witness: () => witnessReady(world, target, lifecycle.startTimeoutMs),
        background: true,
      }),
    stop: (target, label) =>
      interventions.make({ name: 'stop', target, label, ...stopBy(world, 'stop', target) }),
    start: async (target, label) => {
      await interventions.make({
        name: 'start',
        target,
        label,
        apply: async () => {
          await offered(world, 'start')(target)
          return world.deployment.controls.processState?.(target)
        },
        witness: async (state) => {
          if (state === undefined) return witnessListening(world, target, { listens: true, timeoutMs: lifecycle.startTimeoutMs })
          return state.pid === null ? undefined : `process ${state.pid} was started`
        },
        background: world.deployment.controls.processState === undefined, // whoever waits for readiness must not wait for our look at it
      })
    },
    reboot: (manner, label, options) =>
      interventions
        .make({
          name: 'reboot',
          target: 'machine',
          label,
          detail: { manner, ...options },
          apply: () => offered(world, 'reboot')(manner, options),
          witness: async ({ bootIdBefore, bootIdAfter }) =>
            bootIdBefore === bootIdAfter ? undefined : `boot id of the machine changed from ${bootIdBefore} to ${bootIdAfter}`,
          describe: (result) => ({ ...result }),
        })
        .then(() => undefined),
  }
}

type Crash = Pick<ScenarioControls, 'kill' | 'killAndHold'>
function crashControls(world: ScenarioWorld, interventions: Interventions): Crash {
  return {
    kill: async (targets, label) => {
      // One instant for all of them: the driver is called once, by the first plan; the others join it.
      let strike: Promise<unknown> | undefined
      const before = new Map(await Promise.all(targets.map(async (target) => [target, await stateBefore(world, target)] as const)))
      await Promise.all(
        targets.map((target) =>
          interventions.make({
            name: 'kill',
            target,
            label,
            detail: { targets },
            apply: () => (strike ??= offered(world, 'kill')(targets)),
            witness: () => witnessDeath(world, target, before.get(target)!),
          }),
        ),
      )
    },
    killAndHold: async (target, label): Promise<AppliedFault> => {
      const before = await stateBefore(world, target)
      return interventions.makeUndoable(
        {
          name: 'hold',
          target,
          label,
          apply: async () => {
            await offered(world, 'hold')(target)
            await offered(world, 'kill')([target])
          },
          witness: () => witnessDeath(world, target, before),
        },
        () => offered(world, 'release')(target),
      )
    },
  }
}

type EdgePlan = Pick<InterventionPlan<void>, 'name' | 'target' | 'label' | 'detail' | 'background'>
type Edges = Pick<ScenarioControls, 'isolate' | 'faultDependency'>
function edgeControls(world: ScenarioWorld, interventions: Interventions): Edges {
  const onEdges = async (plan: EdgePlan, edges: readonly Edge[], fault: Parameters<NonNullable<DeploymentControls['faultEdge']>>[1]): Promise<AppliedFault> => {
    if (edges.length === 0) throw new Error(`there is no dependency edge for ${plan.name} of ${plan.target}`)
    const before: EdgeCounters[] = []
    return interventions.makeUndoable(
      {
        ...plan,
        apply: async () => {
          for (const edge of edges) await offered(world, 'faultEdge')(edge, fault)
          // Read after it: what the fault did to idle connections by itself is no proof that the service met it.
          before.push(...(await Promise.all(edges.map((edge) => offered(world, 'edgeCounters')(edge)))))
        },
        witness: () => witnessEdges(world, edges, before),
      },
      async () => {
        const healed = await Promise.allSettled(edges.map((edge) => offered(world, 'healEdge')(edge)))
        const broken = healed.find((one) => one.status === 'rejected')
        if (broken !== undefined) throw broken.reason
      },
    )
  }
  return {
    isolate: (target, label) =>
      onEdges({ name: 'isolate', target, label, detail: {} }, world.deployment.edges.filter((edge) => edge.from === target), { kind: 'silence' }),
    faultDependency: ({ component, fault, from, label, background = false }) => {
      const instances = world.deployment.instances.map((one) => one.id)
      const edges = world.deployment.edges.filter((edge) => edge.to === component && (from === undefined ? instances.includes(edge.from) : edge.from === from))
      return onEdges({ name: 'fault-dependency', target: component, label, background, detail: { fault, from: from ?? 'all' } }, edges, fault)
    },
  }
}
