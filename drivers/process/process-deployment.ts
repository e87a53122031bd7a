import type { BalancerCounters, BalancerQualification, Deployment, DeployedComponent, Edge, Instance } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { endProcesses } from '../../operating-system/end-processes.js'
import { processesOfMachine } from './deployment-world.js'
import type { DeploymentWorld } from './deployment-world.js'
import { createControls } from './deployment-controls.js'
import { logFileOf } from './deployment-folders.js'
import type { MachinePower } from './machine-power.js'
import { edgesOf, host } from './plan-units.js'
import type { ClaimedPorts } from './ports.js'
import { removeSharedMemory } from './shared-memory-of-deployment.js'

/** The running deployment as the engine sees it. */
export function processDeployment(world: DeploymentWorld, power: MachinePower, dispose: () => Promise<void>): Deployment {
  const { service, network, units, folders } = world
  return {
    entrypoint: network.balancerUrl,
    balancer: { ...service.balancer, kind: 'seaworthy', retries: 0 },
    instances: units.filter((one) => one.kind === 'replica').map(({ name, port }): Instance => ({ id: name, url: new URL(`http://${host}:${port}`) })),
    components: service.target.components.map(({ name, role, hard, ownsData }): DeployedComponent => {
      return { name, role, hard, ownsData, host, port: units.find((one) => one.name === name)?.port ?? 0 }
    }),
    edges: edgesOf(units).map(({ from, to }): Edge => ({ from, to })),
    echo: network.echoUrl,
    controls: createControls(world, power),
    rebootGrade: 'simulated',
    logFiles: new Map(['machine', 'network', 'install', ...units.map((one) => one.name)].map((name) => [name, logFileOf(folders, name)])),
    balancerCounters: (): Promise<BalancerCounters> => network.balancerCounters(),
    balancerQualification: (): Promise<BalancerQualification> => network.qualification(),
    [Symbol.asyncDispose]: dispose,
  }
}

/**
 * Ends a deployment that may be half made. Log files stay. Every step is tried whatever became of the one before;
 * throws the first error, SW_NOT_ENDED when something of ours is still there.
 */
export async function endDeployment(world: DeploymentWorld, power: MachinePower, ports: ClaimedPorts): Promise<void> {
  const steps = [
    () => power.end(),
    () => world.network.close(),
    () => endRest(world),
    () => removeSharedMemory(world.folders),
    () => ports.release(),
  ]
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** The proof that nothing is left, the network included. */
async function endRest(world: DeploymentWorld): Promise<void> {
  const find = () => processesOfMachine({ ...world, network: { ...world.network, pid: -1 } }, [])
  const { left } = await endProcesses(find, { termGraceMs: 0, killWithinMs: 5_000 })
  if (left.length === 0) return
  const found = left.map((entry) => `${entry.pid} ${entry.command}`).join(', ')
  throw new SeaworthyError('SW_NOT_ENDED', `while ending the deployment ${world.folders.root}: found processes that do not end (${found})`, { exitCode: exitCodes.internal })
}
