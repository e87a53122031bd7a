/** The moment in which nothing is left of something, and who waits for it. */
export class Emptiness {
  private readonly waiting = new Set<() => void>()

  /** Tells everyone who waits. */
  reached(): void {
    for (const wake of [...this.waiting]) wake()
  }

  /** Whether it is reached before `timeoutMs` is over. Who calls it has seen that something is left. */
  within(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (empty: boolean): void => {
        clearTimeout(timer)
        this.waiting.delete(wake)
        resolve(empty)
      }
      const wake = (): void => finish(true)
      const timer = setTimeout(() => finish(false), timeoutMs)
      this.waiting.add(wake)
    })
  }
}
