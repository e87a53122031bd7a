export interface Defect {
  readonly id: string
  /** The requirement that must fail when only this defect is on. */
  readonly violates: string
  readonly sentence: string
}
