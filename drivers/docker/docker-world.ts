import type Docker from 'dockerode'
import type { UnitWorld } from '../process/deployment-world.js'
import type { EngineEvents } from './engine-events.js'
import type { SignalSender } from './signal-sender.js'

/** A deployment of containers. */
export interface DockerWorld extends UnitWorld {
  readonly docker: Docker
  readonly image: string
  readonly events: EngineEvents
  readonly signals: SignalSender
}

/** Where every unit finds its volume. An image that has this folder decides who owns it. */
export const dataFolder = '/data'
