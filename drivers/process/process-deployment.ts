import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BalancerCounters, BalancerQualification, Deployment, DeploymentControls, DeployedComponent, Edge, Instance } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { endProcesses } from '../../operating-system/end-processes.js'
import { ForeignProcesses } from '../../operating-system/foreign-processes.js'
import { notEndedName } from '../../operating-system/process-record.js'
import { everyStep } from '../every-step.js'
import { processesOfMachine } from './deployment-world.js'
import type { DeploymentWorld, UnitWorld } from './deployment-world.js'
import { logFileOf, type DeploymentFolders } from './deployment-folders.js'
import type { MachinePower } from './machine-power.js'
import { componentOf, instanceOf } from './plan-units.js'
import { removeSharedMemory } from './shared-memory-of-deployment.js'

export interface DeploymentEnds {
  readonly controls: DeploymentControls
  readonly rebootGrade: Deployment['rebootGrade']
  readonly rebootGradeReason?: string
  readonly bringLogUpToDate?: (target: string) => Promise<boolean>
  readonly dispose: () => Promise<void>
}

/** The running deployment as the engine sees it: as it is at each look. */
export function deploymentOf(world: UnitWorld, { controls, rebootGrade, rebootGradeReason, bringLogUpToDate, dispose }: DeploymentEnds): Deployment {
  const { service, network, units, folders } = world
  return {
    entrypoint: network.balancerUrl,
    balancer: { ...service.balancer, kind: 'seaworthy', retries: 0 },
    get instances(): readonly Instance[] {
      return units.replicas.map(instanceOf)
    },
    get components(): readonly DeployedComponent[] {
      return units.components.map(componentOf)
    },
    get edges(): readonly Edge[] {
      return units.edges
    },
    echo: network.echoUrl,
    controls,
    rebootGrade,
    ...(rebootGradeReason === undefined ? {} : { rebootGradeReason }),
    get logFiles(): ReadonlyMap<string, string> {
      return new Map(['machine', 'network', 'install', ...units.names].map((name) => [name, logFileOf(folders, name)]))
    },
    ...(bringLogUpToDate === undefined ? {} : { bringLogUpToDate }),
    balancerCounters: (): Promise<BalancerCounters> => network.balancerCounters(),
    balancerQualification: (): Promise<BalancerQualification> => network.qualification(),
    [Symbol.asyncDispose]: dispose,
  }
}

/** To be called before the first process of a deployment is started. */
export const beginDeployment = ({ root }: DeploymentFolders): void => writeFileSync(join(root, notEndedName), '')

/** To be called when nothing of it is left. */
export const endedDeployment = ({ root }: Pick<DeploymentFolders, 'root'>): void => rmSync(join(root, notEndedName), { force: true })

/**
 * Ends a deployment that may be half made. Log files stay. Every step is tried whatever became of the one before; throws what they threw,
 * SW_NOT_ENDED when something of ours is still there.
 */
export async function endDeployment(world: DeploymentWorld, power: MachinePower): Promise<void> {
  await everyStep([
    () => power.end(),
    () => world.network.close(),
    () => endRest(world),
    () => removeSharedMemory(world.folders),
    () => world.ports.release(),
  ])
  endedDeployment(world.folders)
}

/** The proof that nothing is left, the network included: it rests on nothing that was found before. */
async function endRest(world: DeploymentWorld): Promise<void> {
  const find = () => processesOfMachine({ ...world, network: { ...world.network, pid: -1 }, foreign: new ForeignProcesses() }, [])
  const { left } = await endProcesses(find, { termGraceMs: 0, killWithinMs: 5_000 })
  if (left.length === 0) return
  const found = left.map((entry) => `${entry.pid} ${entry.command}`).join(', ')
  throw new SeaworthyError('SW_NOT_ENDED', `while ending the deployment ${world.folders.root}: found processes that do not end (${found})`, { exitCode: exitCodes.internal })
}
