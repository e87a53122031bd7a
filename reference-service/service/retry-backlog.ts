import type { Admission } from './admission.js'

const everyMs = 50
/** A backlog that is longer than this is never worked off: what is tried comes too late to be of use, and is kept. */
const hopelessLength = 60
/** Each try looks for its turn among all others. */
const workMsOf = (length: number): number => Math.min(2_000, length ** 2 / 25)

/**
 * Only for the defect degr.metastable-retries: what was turned away is kept and tried again whenever there is room. A short
 * backlog empties soon. A long one is in its own way: each try takes longer, none is of use, and there is no limit to them.
 */
export class RetryBacklog {
  private length = 0

  constructor(private readonly admission: Admission) {
    setInterval(() => this.retry(), everyMs).unref()
  }

  add(): void {
    this.length++
  }

  private retry(): void {
    const tries = Math.min(this.admission.free, this.length)
    const workMs = workMsOf(this.length)
    if (this.length <= hopelessLength) this.length -= tries
    for (let one = 0; one < tries; one++) {
      this.admission.admit(() => new Promise<void>((resolve) => setTimeout(resolve, workMs))).catch(() => {})
    }
  }
}
