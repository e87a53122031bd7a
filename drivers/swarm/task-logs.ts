import { writeFile } from 'node:fs/promises'
import { logFrames } from '../docker/log-frames.js'
import type { TaskPlace } from './task-place.js'
import type { Engine } from './stack-services.js'

/** What the containers in the places of a stack say from when it is attached to, one file for each place. */
export class TaskLogs {
  readonly files = new Map<string, string>()
  readonly #attachedAtMs = performance.now()

  constructor(private readonly docker: Engine, private readonly places: () => readonly TaskPlace[]) {}

  async keepAll(): Promise<void> {
    await Promise.all([...this.files.keys()].map((name) => this.keep(name)))
  }

  /** False when one of the containers that were in its place is gone. Never throws. */
  async keep(name: string): Promise<boolean> {
    const file = this.files.get(name)
    const place = this.places().find((one) => one.name === name)
    if (place === undefined || file === undefined) return false
    const since = Math.floor((Date.now() - (performance.now() - this.#attachedAtMs)) / 1_000)
    try {
      const said = await Promise.all(place.containers.map((id) => this.docker.getContainer(id).logs({ stdout: true, stderr: true, follow: false, since })))
      await writeFile(file, Buffer.concat(said.flatMap(logFrames)))
      return true
    } catch {
      return false
    }
  }
}
