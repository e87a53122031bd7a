import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { LogLines } from '../core/scenario.js'
import { noteShortage } from '../operating-system/own-shortage.js'
import type { ScenarioWorld } from './scenario-world.js'

/** A line longer than this is cut: it is too long for anybody already. */
const lineLengthMax = 70_000
/** More than this at once is left for the next reading. */
const readBytesMax = 16 * 1_048_576

/**
 * What the processes of a target write to standard output and standard error, from one reading to the next. A line that has no end
 * yet is left for the next reading.
 */
export class LogReader {
  readonly #world: ScenarioWorld
  readonly #positions = new Map<string, number>()

  constructor(world: ScenarioWorld) {
    this.#world = world
  }

  async read(name: string, target: string): Promise<LogLines> {
    const { deployment } = this.#world
    const path = deployment.logFiles.get(target)
    const isThere = path !== undefined && (await deployment.bringLogUpToDate?.(target)) !== false
    const found = !isThere ? { lines: [], bytes: 0, complete: false } : await this.#new(path)
    this.#world.record({ kind: 'observation', probe: name, target, atMs: this.#world.clock(), value: found })
    return found
  }

  async #new(path: string): Promise<LogLines> {
    const known = this.#positions.get(path) ?? 0
    // The service could put a link or a pipe in the place of its log.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((thrown: NodeJS.ErrnoException) => void noteShortage(thrown))
    if (file === undefined) return { lines: [], bytes: 0, complete: false }
    try {
      const status = await file.stat()
      if (!status.isFile()) return { lines: [], bytes: 0, complete: false }
      const { size } = status
      // Shorter than what was read of it already: it was replaced, and nobody knows what was lost.
      const from = size < known ? 0 : known
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size - from, readBytesMax)), 0, undefined, from)
      const lineEnd = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1
      // A line longer than is read at once would be waited for for ever, and everything behind it with it: it is taken in pieces.
      const end = lineEnd === 0 && bytesRead === readBytesMax ? bytesRead : lineEnd
      this.#positions.set(path, from + end)
      const text = buffer.toString('utf8', 0, end)
      const lines = (lineEnd === 0 ? text : text.slice(0, -1)).split('\n').map((line) => line.slice(0, lineLengthMax))
      return { lines: text === '' ? [] : lines, bytes: end, complete: size >= known }
    } finally {
      await file.close()
    }
  }
}
