import { dirname } from 'node:path'
import type Docker from 'dockerode'
import type { RestartPolicy } from '../../core/service-descriptor.js'
import type { DeploymentFolders } from '../process/deployment-folders.js'
import type { MachineUnit } from '../process/machine-protocol.js'
import { dataFolder, type DockerWorld } from './docker-world.js'
import { labelsOf, objectName } from './labels.js'

/** The engine's names. */
export const policyNames: Readonly<Record<RestartPolicy, string>> = { always: 'always', 'on-failure': 'on-failure', never: 'no' }

/**
 * The container of a unit. The folders of the deployment have the same path in it as here, so that a path which the
 * service is told means the same file to both. No health checks of the image: the harness asks by itself, and a
 * process more every few seconds in every container would disturb what is timed.
 */
export function containerOptions({ options, folders, image, signals }: DockerWorld, unit: MachineUnit): Docker.ContainerCreateOptions {
  return {
    name: objectName(options, unit.name),
    Image: image,
    Cmd: [...unit.command],
    Env: Object.entries(unit.environment).map(([name, value]) => `${name}=${value}`),
    Labels: labelsOf(options, unit.name),
    StopSignal: unit.stopSignal,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: `container:${signals.containerId}`,
      RestartPolicy: { Name: policyNames[unit.restart] },
      Binds: [...folderBinds(folders), `${objectName(options, unit.name)}:${dataFolder}`],
      LogConfig: { Type: 'json-file', Config: {} },
    },
  }
}

/**
 * The folders of this deployment, those of the run's other ones to read (a backup is restored in another world than it was
 * taken in), and what they share. A shorter path is mounted first.
 */
export function folderBinds({ root, shared }: Pick<DeploymentFolders, 'root' | 'shared'>): string[] {
  const run = dirname(root)
  return [`${run}:${run}:ro`, `${root}:${root}`, `${shared}:${shared}`]
}

/** Whether a container made for the one will do for the other; the policy of a container can be changed. */
export const samePlace = (one: MachineUnit, other: MachineUnit): boolean =>
  JSON.stringify({ ...one, restart: null, startAtBoot: null }) === JSON.stringify({ ...other, restart: null, startAtBoot: null })
