import { atJsonPointer } from '../../core/json-pointer.js'
import type { Schedule } from '../../core/declarations/work.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'

/** Load of the readings, and observation of each effect when it was first seen. */
export const scheduleLoad = 'schedule'
export const effectProbe = 'scheduled-effect'
export interface ScheduledEffect {
  /** Which period it was done for, in the service's own words. */
  readonly slot: string
  /** It was there at the first reading: when it happened is not known. */
  readonly first: boolean
}

const readingsPerPeriod = 5
const everyMsMin = 50

/** Reads again and again what the schedule has done, and records each effect when it is new. */
export class ScheduleWatch {
  private readonly known = new Map<string, number>()
  private readonly operation: Operation
  private readings = 0
  private effects = 0
  private performer: string | undefined
  private stopped = false
  private readonly watching: Promise<unknown>

  constructor(
    private readonly context: ScenarioContext,
    private readonly schedule: Schedule,
  ) {
    context.fact('schedule', { periodMs: schedule.periodMs })
    this.operation = readOperation(schedule)
    this.watching = this.watch().catch((thrown: unknown) => thrown)
  }

  /** Who did what was last seen to be done. */
  get lastPerformer(): string | undefined {
    return this.performer
  }

  /** Until so many effects more have been seen, or so many periods have passed. */
  async untilMore(effects: number, periodsMax: number): Promise<boolean> {
    const before = this.effects
    return this.context.until(`${effects} more scheduled effects`, () => this.effects >= before + effects, periodsMax * this.schedule.periodMs)
  }

  /** Throws what ended the watch before its time. */
  async stop(): Promise<void> {
    this.stopped = true
    const thrown = await this.watching
    if (thrown !== undefined) throw thrown
  }

  private async watch(): Promise<undefined> {
    const everyMs = Math.max(everyMsMin, this.schedule.periodMs / readingsPerPeriod)
    while (!this.stopped) {
      const startedAtMs = this.context.now()
      await this.read()
      await this.context.pause(Math.max(5, startedAtMs + everyMs - this.context.now()))
    }
    return undefined
  }

  private async read(): Promise<void> {
    const { context, schedule } = this
    const { outcome, body } = await context.traffic.send({ load: scheduleLoad, operation: this.operation, via: 'balancer' })
    const list = atJsonPointer(body, schedule.effects.pointer)
    if (outcome !== 'ok' || !Array.isArray(list)) return
    const first = this.readings++ === 0
    const found = new Map<string, unknown[]>()
    for (const entry of list as readonly unknown[]) {
      const text = JSON.stringify(entry)
      found.set(text, [...(found.get(text) ?? []), entry])
    }
    for (const [text, entries] of found) {
      // Entries that are alike in everything are as many effects as they are entries.
      const fresh = entries.slice(this.known.get(text) ?? 0)
      this.known.set(text, Math.max(entries.length, this.known.get(text) ?? 0))
      for (const entry of fresh) this.record(entry, first)
    }
  }

  private record(entry: unknown, first: boolean): void {
    const ownName = String(atJsonPointer(entry, this.schedule.instancePointer))
    const by = this.context.instanceNamed(ownName) ?? ownName
    const effect: ScheduledEffect = { slot: JSON.stringify(atJsonPointer(entry, this.schedule.slotPointer)) ?? 'none', first }
    this.context.observe(effectProbe, by, effect)
    if (first) return
    this.effects += 1
    this.performer = by
  }
}

const readOperation = ({ effects }: Schedule): Operation => ({
  name: 'schedule.effects',
  method: 'GET',
  path: effects.path,
  headers: {},
  expect: { status: [], json: {} },
  mutates: false,
  timeoutMs: 1_000,
  weight: 0,
  streams: false,
  holdsBody: false,
})
