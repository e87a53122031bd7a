/** Of a body this much is kept to be looked at. */
export const keptBytesMax = 1_048_576
/** A body longer than this is given up: it may never end. */
export const readBytesMax = 64 * 1_048_576
const tailBytesMax = 4_096

/** The beginning of a body, the end of one that is too long to keep, and its length. */
export class ReceivedBody {
  bytes = 0
  readonly #keep: boolean
  readonly #chunks: Buffer[] = []
  #tail: Buffer | undefined

  constructor(keep: boolean) {
    this.#keep = keep
  }

  /** False when it is too long to go on reading. */
  add(chunk: Buffer): boolean {
    this.bytes += chunk.length
    if (this.#keep) {
      if (this.bytes <= keptBytesMax) this.#chunks.push(chunk)
      else this.#tail = Buffer.concat([this.#tail ?? Buffer.concat(this.#chunks).subarray(-tailBytesMax), chunk]).subarray(-tailBytesMax)
    }
    return this.bytes <= readBytesMax
  }

  /** Everything was kept. */
  get whole(): boolean {
    return this.#keep && this.bytes <= keptBytesMax
  }

  /** What was kept of its beginning. */
  text(): string {
    return this.#chunks.length === 1 ? this.#chunks[0]!.toString() : Buffer.concat(this.#chunks).toString()
  }

  /** At least its last 4 kB, when it was kept. */
  end(): string {
    return this.#tail?.toString() ?? this.text()
  }
}
