/** What became of one request that was held against a limit. */
export interface Taken {
  readonly accepted: boolean
  /** How many more would be accepted now. */
  readonly remaining: number
  /** Until the oldest of those that were accepted leaves the window, and one more is accepted. */
  readonly resetMs: number
}

/** Counts what was accepted in the last `perMs`, for each name: never more than `requests`, in whatever span of that length. */
export class SlidingWindows {
  private readonly accepted = new Map<string, number[]>()

  take(name: string, limit: { readonly requests: number; readonly perMs: number }, nowMs: number): Taken {
    const recent = (this.accepted.get(name) ?? []).filter((atMs) => atMs > nowMs - limit.perMs)
    const accepted = recent.length < limit.requests
    if (accepted) recent.push(nowMs)
    this.accepted.set(name, recent)
    return { accepted, remaining: Math.max(0, limit.requests - recent.length), resetMs: Math.max(0, (recent[0] ?? nowMs) + limit.perMs - nowMs) }
  }

  /** Forgets names of which nothing was accepted for so long. */
  forget(olderThanMs: number, nowMs: number): void {
    for (const [name, times] of this.accepted) if ((times.at(-1) ?? 0) < nowMs - olderThanMs) this.accepted.delete(name)
  }
}
