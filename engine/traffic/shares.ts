export interface Shares {
  readonly total: number
  /** Answers by instance; those without a known identity only count in `total`. */
  readonly byInstance: ReadonlyMap<string, number>
}

const bucketMs = 50
const bucketsMax = 1_200

/** How many answers came from each instance lately, by the time their requests were sent. Bounded to one minute. */
export class ShareCounter {
  readonly #buckets: { readonly fromMs: number; total: number; readonly byInstance: Map<string, number> }[] = []

  add(sentAtMs: number, instance: string | undefined): void {
    const fromMs = Math.floor(sentAtMs / bucketMs) * bucketMs
    let bucket = this.#buckets.findLast((one) => one.fromMs === fromMs)
    if (bucket === undefined) {
      bucket = { fromMs, total: 0, byInstance: new Map() }
      this.#buckets.push(bucket)
      if (this.#buckets.length > bucketsMax) this.#buckets.shift()
    }
    bucket.total += 1
    if (instance !== undefined) bucket.byInstance.set(instance, (bucket.byInstance.get(instance) ?? 0) + 1)
  }

  since(fromMs: number): Shares {
    const byInstance = new Map<string, number>()
    let total = 0
    for (const bucket of this.#buckets) {
      if (bucket.fromMs < fromMs) continue
      total += bucket.total
      for (const [instance, count] of bucket.byInstance) byInstance.set(instance, (byInstance.get(instance) ?? 0) + count)
    }
    return { total, byInstance }
  }
}
