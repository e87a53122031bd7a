import type { Finding } from '../../core/check.js'

/** One measurement beside the truth. */
export interface Sample {
  /** What was measured, and by which reading of the harness. */
  readonly quantity: string
  /** The point of the grid. */
  readonly cell: string
  /** How far off: milliseconds, a ratio, or a count of mistakes. */
  readonly error: number
  readonly allowed: number
  /** Counts must be right whatever the machine does; times need a machine that is not starved. */
  readonly unit: 'count' | 'ms' | 'ratio'
  /** The harness or the machine stalled for longer than the error that is allowed: says nothing about a time. */
  readonly starved: boolean
}

/** What a check of the product made of a history whose truth is known. */
export interface Verdict {
  readonly check: string
  readonly cell: string
  readonly outcome: Finding['outcome']
  readonly expected: Finding['outcome']
  readonly summary: string
  /** It depends on times, so that a starved machine may make it inconclusive. */
  readonly timed: boolean
}

export interface Found {
  readonly samples: readonly Sample[]
  readonly verdicts: readonly Verdict[]
}

/** Keys of one set that the other lacks. */
export const lacking = (these: ReadonlySet<string>, others: ReadonlySet<string>): number => [...these].filter((key) => !others.has(key)).length
