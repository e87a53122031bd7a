import { appendFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type Docker from 'dockerode'
import { logFrames } from './log-frames.js'

/** What was written reaches the engine a little later: until a look finds nothing new, but not for ever where much is written. */
const looksMax = 10
const lookEveryMs = 100

/** Copies what a container says to the log file of its unit, from one reading to the next. */
export class ContainerLog {
  readonly #file: string
  #copiedBytes = 0
  #reading: Promise<unknown> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /** Everything that was said until now. Throws what the engine or the file system throws. */
  copy(container: Docker.Container): Promise<void> {
    const read = this.#reading.then(async () => {
      await this.#copyNew(container)
      for (let look = 1; look < looksMax; look += 1) {
        await pause(lookEveryMs)
        if ((await this.#copyNew(container)) === 0) return
      }
    })
    this.#reading = read.catch(() => undefined)
    return read
  }

  /** Resolves to the bytes that were new. The engine keeps the whole: what it tells of earlier is there in front of what is new. */
  async #copyNew(container: Docker.Container): Promise<number> {
    const said = Buffer.concat(logFrames(await container.logs({ stdout: true, stderr: true, follow: false })))
    if (said.length < this.#copiedBytes) throw new Error(`the engine tells ${said.length} bytes of a log of which it told ${this.#copiedBytes} before`)
    const fresh = said.subarray(this.#copiedBytes)
    await appendFile(this.#file, fresh) // an empty one as well: who said nothing has a log
    this.#copiedBytes = said.length
    return fresh.length
  }
}
