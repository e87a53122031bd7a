import type Docker from 'dockerode'
import type { DeployOptions } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import { unlikeAnEngine } from './container-options.js'
import type { DockerPlace } from './docker-world.js'
import { unlessGone } from './engine-error.js'
import { EngineEvents } from './engine-events.js'
import type { MachineWithEngine } from './engine-power.js'
import { deploymentName } from './labels.js'
import { machineImage } from './machine-image.js'
import { NestedMachine } from './nested-machine.js'

/**
 * A machine with an engine of its own that has the image of the service, for a deployment that will be rebooted; or the
 * reason why there is none, and a reboot has to be played. Nothing of such a try is running when it resolves.
 */
export async function bootMachineWithEngine(place: DockerPlace, outer: Docker, onLost: (reason: string) => void): Promise<MachineWithEngine | string> {
  const { options, units, definitionOf, folders, image, signals, cgroupParent } = place
  if (options.reboots !== true) return 'the experiment is not about the boot of a machine, so no engine of its own was booted for it'
  const unlike = units.configured.flatMap((unit) => unlikeAnEngine(definitionOf(unit)) ?? [])[0]
  if (unlike !== undefined) return unlike
  if (!(await hasImage(outer, machineImage))) return `the engine has no image "${machineImage}", a machine with an engine of its own (seaworthy image build --offline makes it where an engine is installed)`
  let machine: NestedMachine
  try {
    machine = await NestedMachine.make({ outer, options, folders, placeId: signals.containerId, cgroupParent })
  } catch (error) {
    return notBooted(options, error)
  }
  const open = (sinceItBooted: boolean): Promise<EngineEvents> =>
    EngineEvents.open(machine.docker, { deployment: deploymentName(options), emit: options.onPlatformEvent, onLost, hostPid: (container, pid) => machine.hostPid(container, pid), sinceItBooted })
  try {
    await machine.boot()
    await machine.load(image)
    let events = await open(false)
    return {
      machine,
      get events() {
        return events
      },
      async listenAgain() {
        events = await open(true)
      },
    }
  } catch (error) {
    await machine.keepLog().catch(() => undefined)
    await machine.discard()
    return notBooted(options, error)
  }
}

function notBooted({ signal }: DeployOptions, error: unknown): string {
  signal.throwIfAborted()
  return `a machine with an engine of its own could not be booted: ${messageOf(error)}`
}

async function hasImage(docker: Docker, name: string): Promise<boolean> {
  return (await unlessGone(docker.getImage(name).inspect())) !== undefined
}
