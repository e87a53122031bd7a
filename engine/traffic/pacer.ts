export interface PacerOptions {
  readonly ratePerSecond: number
  readonly durationMaxMs: number
  readonly countMax?: number
  readonly clock: () => number
  /** One request is due. Called late after a stall, then once for each instant that passed, with that instant. */
  readonly onDue: (plannedAtMs: number, index: number) => void
  /** How late the latest of the last `planned` instants was, about once a second and at the end. */
  readonly onSlip?: (slip: { readonly slipMsMax: number; readonly planned: number }) => void
}

const slipReportMs = 1_000
/** A timer waits whole milliseconds. Above this rate the rest is polled, below it nobody minds. */
const polledRateMin = 1_000
const polledMsMax = 0.25
/**
 * After a stall the loop sends for this long before it looks at its sockets again. Without that, sending that costs
 * more than the rate allows would never read an answer, and every request would end as a timeout of our own making.
 */
const burstMsMax = 2

/**
 * Plans at a constant rate: instant n is start + n / rate, whatever happened to the earlier ones. One timer, armed
 * for the next instant, so that a low rate costs nothing.
 */
export class Pacer {
  readonly ended: Promise<void>
  planned = 0
  readonly #options: PacerOptions
  readonly #startedAtMs: number
  readonly #countMax: number
  #resolve: () => void = () => {}
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #stopped = false
  #slipMsMax = 0
  #reportedAtMs: number
  #reportedPlanned = 0

  constructor(options: PacerOptions) {
    this.#options = options
    this.#startedAtMs = options.clock()
    this.#reportedAtMs = this.#startedAtMs
    const inTime = Math.ceil((options.durationMaxMs * options.ratePerSecond) / 1_000)
    this.#countMax = options.ratePerSecond > 0 ? Math.min(inTime, options.countMax ?? inTime) : 0
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#arm(0)
  }

  /** Plans no more. */
  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#report()
    this.#resolve()
  }

  #dueAtMs(index: number): number {
    return this.#startedAtMs + (index * 1_000) / this.#options.ratePerSecond
  }

  readonly #tick = (): void => {
    const { clock, onDue } = this.#options
    const beganAtMs = clock()
    for (let now = beganAtMs; !this.#stopped && this.planned < this.#countMax && now - beganAtMs < burstMsMax; now = clock()) {
      const dueAtMs = this.#dueAtMs(this.planned)
      if (dueAtMs > now) break
      this.#slipMsMax = Math.max(this.#slipMsMax, now - dueAtMs)
      onDue(dueAtMs, this.planned++)
    }
    if (this.#stopped) return
    if (this.planned >= this.#countMax) {
      this.stop()
      return
    }
    const now = clock()
    if (now - this.#reportedAtMs >= slipReportMs) this.#report()
    this.#arm(this.#dueAtMs(this.planned) - now)
  }

  #arm(waitMs: number): void {
    const polled = this.#options.ratePerSecond > polledRateMin
    if (waitMs <= 0 || (polled && waitMs < polledMsMax)) this.#immediate = setImmediate(this.#tick)
    else this.#timer = setTimeout(this.#tick, Math.max(1, polled ? Math.floor(waitMs) : Math.ceil(waitMs)))
  }

  #report(): void {
    const planned = this.planned - this.#reportedPlanned
    if (planned === 0) return
    this.#options.onSlip?.({ slipMsMax: Math.round(this.#slipMsMax * 1_000) / 1_000, planned })
    this.#reportedAtMs = this.#options.clock()
    this.#reportedPlanned = this.planned
    this.#slipMsMax = 0
  }
}
