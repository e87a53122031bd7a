import { performance } from 'node:perf_hooks'
import type { BalancerSettings } from '../../core/service-descriptor.js'
import type { CheckResult } from './readiness-check.js'

/**
 * Whether a backend is up, from active checks: down at first, up after `rise` passing checks in a row, down after
 * `fall` failing ones. A check starts every interval even while an earlier one is still waiting, otherwise a slow
 * timeout would stretch the eject window beyond interval x fall + timeout. Results count in the order of the starts.
 */
export class BackendHealth {
  readonly #settings: BalancerSettings
  readonly #check: () => Promise<CheckResult>
  readonly #onChange: (up: boolean, because: CheckResult) => void
  readonly #pending: { result: CheckResult | undefined }[] = []
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #up = false
  #inARow = 0 // checks in a row that speak against the present state

  constructor(settings: BalancerSettings, check: () => Promise<CheckResult>, onChange: (up: boolean, because: CheckResult) => void) {
    this.#settings = settings
    this.#check = check
    this.#onChange = onChange
  }

  get up(): boolean {
    return this.#up
  }

  /** The first check starts at once. */
  start(): void {
    this.#startCheck(performance.now())
  }

  stop(): void {
    this.#stopped = true
    this.#up = false
    clearTimeout(this.#timer)
  }

  #startCheck(dueAtMs: number): void {
    const nextAtMs = Math.max(dueAtMs + this.#settings.intervalMs, performance.now())
    this.#timer = setTimeout(() => this.#startCheck(nextAtMs), nextAtMs - performance.now())
    const one: { result: CheckResult | undefined } = { result: undefined }
    this.#pending.push(one)
    void this.#check().then((result) => {
      one.result = result
      while (this.#pending[0]?.result !== undefined) this.#count(this.#pending.shift()!.result!)
    })
  }

  #count(result: CheckResult): void {
    if (this.#stopped) return
    if (result.passed === this.#up) {
      this.#inARow = 0
      return
    }
    this.#inARow += 1
    if (this.#inARow < (this.#up ? this.#settings.fall : this.#settings.rise)) return
    this.#up = result.passed
    this.#inARow = 0
    this.#onChange(this.#up, result)
  }
}
