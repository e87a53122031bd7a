import { messageOf } from '../core/errors.js'

interface Teardown {
  readonly what: string
  readonly run: () => void | Promise<void>
  readonly budgetMs: number
  /** Keeps something for readers. Where it fails something is missing in the report, and nothing is left in the world. */
  readonly keeps: boolean
}

/**
 * Teardowns, last in first out, each with its own time budget. A teardown is pushed before the set-up it belongs to,
 * so it must cope with a set-up that never happened. Running never throws: what failed is returned.
 */
export class CleanupStack {
  private readonly teardowns: Teardown[] = []
  /** One sentence for each thing that could not be kept for readers. */
  readonly notKept: string[] = []

  /** Returns a function that takes the teardown off again, for what has been undone in the regular way. */
  push(what: string, run: () => void | Promise<void>, budgetMs = 15_000): () => void {
    return this.add({ what, run, budgetMs, keeps: false })
  }

  /** As `push`, for what is kept for readers before it goes: a failure is no trace left in the world. */
  pushKeeping(what: string, run: () => void | Promise<void>, budgetMs = 15_000): () => void {
    return this.add({ what, run, budgetMs, keeps: true })
  }

  private add(teardown: Teardown): () => void {
    this.teardowns.push(teardown)
    return () => {
      const at = this.teardowns.indexOf(teardown)
      if (at >= 0) this.teardowns.splice(at, 1)
    }
  }

  /** Runs everything and empties the stack. Returns one sentence for each teardown that failed or ran out of time. */
  async run(): Promise<readonly string[]> {
    const problems: string[] = []
    for (let next = this.teardowns.pop(); next !== undefined; next = this.teardowns.pop()) {
      try {
        await withinBudget(next)
      } catch (thrown) {
        ;(next.keeps ? this.notKept : problems).push(`${next.what}: ${messageOf(thrown)}`)
      }
    }
    return problems
  }
}

async function withinBudget({ run, budgetMs }: Teardown): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${budgetMs} ms`)), budgetMs)
  })
  try {
    await Promise.race([Promise.resolve().then(run), late])
  } finally {
    clearTimeout(timer)
  }
}
