/** What the synthetic target is told to do. Everything it then did is in its own log, which is the truth: a plan can slip. */
export interface TargetPlan {
  /** Every k-th request of `/item` is given up after `afterMs`, when it has been executing for that long. */
  readonly lose?: { readonly every: number; readonly manner: LossManner; readonly afterMs: number }
  /** So many acknowledged writes are never stored. They are spread over the first `among` writes. */
  readonly forget?: { readonly count: number; readonly among: number }
  /** Every k-th write is stored, and its connection is closed instead of an answer: no loss, whatever a client may think. */
  readonly storeUnanswered?: { readonly every: number }
  /** Every k-th piece of `/work` has its effect twice, or never. */
  readonly effects?: { readonly twiceEvery?: number; readonly neverEvery?: number }
  /** A write can be seen on the read replica this long after its acknowledgement. */
  readonly lagMs?: number
  /** Every k-th answer of `/item` takes `slowMs`, the others `usualMs`. */
  readonly delay?: { readonly usualMs: number; readonly slowMs: number; readonly slowEvery: number }
}
export type LossManner = 'fin' | 'rst' | 'truncate'
/** How the target is dark: nobody listens and every connection is reset, or it is frozen and answers nothing until later. */
export type Darkness = 'refuse' | 'freeze'

/** Times are milliseconds on the machine's monotonic clock (`process.hrtime`). */
export type Truth =
  | { readonly what: 'lost'; readonly key: string; readonly manner: LossManner; readonly atMs: number }
  | { readonly what: 'answered'; readonly key: string; readonly tookMs: number; readonly atMs: number }
  | { readonly what: 'acknowledged'; readonly key: string; readonly atMs: number }
  | { readonly what: 'forgotten'; readonly key: string; readonly atMs: number }
  | { readonly what: 'stored-unanswered'; readonly key: string; readonly atMs: number }
  | { readonly what: 'effects'; readonly key: string; readonly count: number; readonly atMs: number }
  | { readonly what: 'dark'; readonly atMs: number }
  | { readonly what: 'light'; readonly atMs: number }

export interface TargetCalls {
  start(plan: TargetPlan): { readonly port: number }
  /** Answers once it is dark. */
  dark(options: { readonly forMs: number; readonly manner: Darkness }): null
  /** Answers once it is no longer dark. */
  light(): null
  log(): readonly Truth[]
}
export interface TargetCall {
  readonly id: number
  readonly name: keyof TargetCalls
  readonly argument: unknown
}
export interface TargetAnswer {
  readonly id: number
  readonly value: unknown
}
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6
