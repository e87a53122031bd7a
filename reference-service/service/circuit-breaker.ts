import { defective } from '../defects.js'

/**
 * Leaves a dependency alone after some failures in a row. When the window is over one request may try again: its success
 * closes the breaker, its failure opens it for another window.
 */
export class CircuitBreaker {
  private failures = 0
  private openUntilMs = 0
  private trying = false

  constructor(
    private readonly settings: { readonly failures: number; readonly windowMs: number },
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Whether a request may go to the dependency now. One that may must be followed by `succeeded` or `failed`. */
  permits(): boolean {
    if (this.failures < this.settings.failures) return true
    if (defective('degr.breaker-stuck-open')) return false
    if (this.trying || this.clock() < this.openUntilMs) return false
    this.trying = true
    return true
  }

  succeeded(): void {
    this.failures = 0
    this.trying = false
  }

  failed(): void {
    this.failures++
    this.trying = false
    this.openUntilMs = this.clock() + this.settings.windowMs
  }
}
