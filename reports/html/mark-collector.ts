/** One request as a point of the drawing, or several that fall on one. */
export interface Mark {
  readonly atMs: number
  readonly latencyMs: number
  /** Index into the kinds of the trace. */
  readonly kind: number
  readonly id: number
  readonly count: number
}

/** A cell is this much wider in latency than the one below: less than a pixel of the drawing. */
const latencyStep = Math.log(1.06)
const latencyBins = 1_024
const firstCellMs = 4
const cellMsMax = 600_000

/**
 * Keeps at most `limit` marks of any number of requests. As long as there is room every request is a mark of its own. Then
 * requests of one kind that lie in one cell of time and latency become one mark with a count, and the cells grow wider as
 * often as needed: what would be drawn over each other is kept once. Memory does not depend on the number of requests.
 */
export class MarkCollector {
  readonly #limit: number
  readonly #atMs: Float64Array
  readonly #latencyMs: Float64Array
  readonly #kind: Uint16Array
  readonly #id: Float64Array
  readonly #count: Float64Array
  #size = 0
  /** Width of a cell in time; 0 while every request is a mark of its own. */
  #cellMs = 0
  /** Open addressing over indices of marks, 0 is free: a Map of numbers this large was half of the time of a report. */
  readonly #slots: Int32Array
  readonly #cellAt: Int32Array
  readonly #cellCode: Int32Array

  constructor(limit: number) {
    this.#limit = limit
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(limit * 2)))
    this.#cellAt = new Int32Array(limit)
    this.#cellCode = new Int32Array(limit)
    this.#atMs = new Float64Array(limit)
    this.#latencyMs = new Float64Array(limit)
    this.#kind = new Uint16Array(limit)
    this.#id = new Float64Array(limit)
    this.#count = new Float64Array(limit)
  }

  /** Width of the cells that requests were summed up in, 0 when none were. */
  get cellMs(): number {
    return this.#cellMs
  }

  add(mark: Mark): void {
    if (this.#cellMs > 0 && this.#addToCell(mark)) return
    while (this.#size === this.#limit) this.#widen()
    if (this.#cellMs > 0 && this.#addToCell(mark)) return
    this.#put(mark)
  }

  /** In order of time. */
  marks(): readonly Mark[] {
    return Array.from({ length: this.#size }, (_, index) => this.#at(index)).sort((a, b) => a.atMs - b.atMs || a.id - b.id)
  }

  #addToCell(mark: Mark): boolean {
    const index = (this.#slots[this.#slotOf(mark)] ?? 0) - 1
    if (index === -1) return false
    this.#count[index] = this.#count[index]! + mark.count
    // The slowest stands for its cell: it is the one that people look for.
    if (mark.latencyMs > this.#latencyMs[index]!) {
      this.#latencyMs[index] = mark.latencyMs
      this.#id[index] = mark.id
    }
    return true
  }

  #widen(): void {
    this.#cellMs = this.#cellMs === 0 ? firstCellMs : this.#cellMs * 2
    this.#slots.fill(0)
    const size = this.#size
    this.#size = 0
    for (let index = 0; index < size; index++) {
      const mark = this.#at(index)
      if (!this.#addToCell(mark)) this.#put(mark)
    }
  }

  /** Where the mark's cell is noted, or where it would be. */
  #slotOf({ atMs, latencyMs, kind }: Mark): number {
    const cell = Math.floor(atMs / this.#cellMs)
    const code = this.#codeOf(latencyMs, kind)
    const mask = this.#slots.length - 1
    let slot = Math.imul(Math.imul(cell, 0x9e3779b1) ^ code, 0x85ebca6b) >>> 0
    slot = (slot ^ (slot >>> 15)) & mask
    for (;;) {
      const index = this.#slots[slot]! - 1
      if (index === -1 || (this.#cellAt[index] === cell && this.#cellCode[index] === code)) return slot
      slot = (slot + 1) & mask
    }
  }

  #codeOf(latencyMs: number, kind: number): number {
    // In cells this wide only the kinds are left to tell marks apart, and there are fewer of them than marks.
    const latencyBin = this.#cellMs > cellMsMax ? 0 : Math.min(latencyBins - 1, Math.max(0, Math.round(Math.log(latencyMs + 1) / latencyStep)))
    return kind * latencyBins + latencyBin
  }

  #at(index: number): Mark {
    return { atMs: this.#atMs[index]!, latencyMs: this.#latencyMs[index]!, kind: this.#kind[index]!, id: this.#id[index]!, count: this.#count[index]! }
  }

  #put(mark: Mark): void {
    const index = this.#size
    this.#size += 1
    this.#atMs[index] = mark.atMs
    this.#latencyMs[index] = mark.latencyMs
    this.#kind[index] = mark.kind
    this.#id[index] = mark.id
    this.#count[index] = mark.count
    if (this.#cellMs === 0) return
    this.#slots[this.#slotOf(mark)] = index + 1
    this.#cellAt[index] = Math.floor(mark.atMs / this.#cellMs)
    this.#cellCode[index] = this.#codeOf(mark.latencyMs, mark.kind)
  }
}

/** Tenths of a millisecond are enough to draw. */
const ticksPerMs = 10

/**
 * Marks as base64 of variable-length integers, seven bits a byte, the low ones first: for each the time since the mark
 * before it, the latency (both in tenths of a millisecond), kind, count, and the difference of the id, with the sign in
 * the lowest bit. Marks must be in order of time.
 */
export function encodeMarks(marks: readonly Mark[]): string {
  const bytes = new Uint8Array(marks.length * 30)
  let length = 0
  const put = (value: number): void => {
    let rest = value
    while (rest >= 128) {
      bytes[length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    bytes[length++] = rest
  }
  let lastTick = 0
  let lastId = 0
  for (const { atMs, latencyMs, kind, id, count } of marks) {
    const tick = Math.max(lastTick, Math.round(atMs * ticksPerMs))
    put(tick - lastTick)
    put(Math.max(0, Math.round(latencyMs * ticksPerMs)))
    put(kind)
    put(count)
    put(id >= lastId ? (id - lastId) * 2 : (lastId - id) * 2 - 1)
    lastTick = tick
    lastId = id
  }
  return Buffer.from(bytes.buffer, 0, length).toString('base64')
}
