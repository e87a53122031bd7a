import type Docker from 'dockerode'
import type { UnitWorld } from '../process/deployment-world.js'
import type { EngineEvents } from './engine-events.js'
import type { NestedMachine } from './nested-machine.js'
import type { SignalSender } from './signal-sender.js'

/** A deployment of containers. */
export interface DockerWorld extends UnitWorld {
  /** The engine that runs the units: that of the machine, where there is one. */
  readonly docker: Docker
  readonly image: string
  /** What that engine says. */
  readonly events: EngineEvents
  readonly machine: NestedMachine | undefined
  readonly signals: SignalSender
  /** Group of the kernel for containers of the engine outside of a machine; undefined: that engine's choice. */
  readonly cgroupParent: string | undefined
}

/** All of it that is there before it is known which engine runs the units. */
export type DockerPlace = Omit<DockerWorld, 'docker' | 'events' | 'machine' | 'data'>

/** Where every unit finds its volume. An image that has this folder decides who owns it. */
export const dataFolder = '/data'
