import { dirname } from 'node:path'
import type Docker from 'dockerode'
import type { RestartPolicy } from '../../core/service-descriptor.js'
import type { DeploymentFolders } from '../process/deployment-folders.js'
import type { MachineUnit } from '../process/machine-protocol.js'
import { underGroup } from './cgroup-parent.js'
import { dataFolder, type DockerWorld } from './docker-world.js'
import { labelsOf, objectName } from './labels.js'

/** The engine's names. */
export const policyNames: Readonly<Record<RestartPolicy, string>> = { always: 'always', 'on-failure': 'on-failure', never: 'no' }

/**
 * The policy of a unit. An engine that boots starts again what is always to be restarted; one that restarts what crashed,
 * and leaves down what ended in order, is the nearest to a unit that nobody starts at boot.
 */
export const policyOf = ({ machine }: Pick<DockerWorld, 'machine'>, { restart, startAtBoot }: Pick<MachineUnit, 'restart' | 'startAtBoot'>): RestartPolicy =>
  machine !== undefined && restart === 'always' && !startAtBoot ? 'on-failure' : restart

/** Why an engine that boots would not do what is declared of a unit; undefined: it would. */
export function unlikeAnEngine({ name, restart, startAtBoot }: Pick<MachineUnit, 'name' | 'restart' | 'startAtBoot'>): string | undefined {
  return startAtBoot && restart !== 'always' ? `${name} is to start at boot under the restart policy "${restart}", under which no engine starts it again when it boots` : undefined
}

/**
 * The container of a unit. The folders of the deployment have the same path in it as here, so that a path which the
 * service is told means the same file to both. No health checks of the image: the harness asks by itself, and a
 * process more every few seconds in every container would disturb what is timed.
 */
export function containerOptions(world: DockerWorld, unit: MachineUnit): Docker.ContainerCreateOptions {
  const { options, folders, image, signals, machine, service, cgroupParent } = world
  return {
    name: objectName(options, unit.name),
    Image: image,
    Cmd: [...unit.command],
    Env: Object.entries(unit.environment).map(([name, value]) => `${name}=${value}`),
    Labels: labelsOf(options, unit.name),
    StopSignal: unit.stopSignal,
    StopTimeout: Math.ceil(service.lifecycle.stop.graceMs / 1_000), // of an engine that ends
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      // The machine has that place; what runs in it has the machine's.
      NetworkMode: machine === undefined ? `container:${signals.containerId}` : 'host',
      RestartPolicy: { Name: policyNames[policyOf(world, unit)] },
      Binds: [...folderBinds(folders), `${objectName(options, unit.name)}:${dataFolder}`],
      LogConfig: { Type: 'json-file', Config: {} },
      ...underGroup(machine === undefined ? cgroupParent : undefined),
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
