import { outcomes, type Outcome } from '../../core/outcome.js'
import type { RunEvent } from '../../core/run-event.js'

export interface ScenarioProgress {
  readonly id: string
  readonly title: string
  readonly expectedMs: number
  readonly state: 'waiting' | 'running' | 'ended'
  readonly startedAtMs: number
  readonly step: string
  readonly requests: number
  readonly lost: number
}

/** Where a run stands, from its events alone. Times are those of the clock that is given with each event. */
export class RunProgress {
  #startedAtMs = 0
  #directory = ''
  readonly #scenarios = new Map<string, ScenarioProgress>()
  /** By requirement: one that is measured again has a second verdict, which is the one that counts. */
  readonly #verdicts = new Map<string, Outcome>()

  get startedAtMs(): number {
    return this.#startedAtMs
  }
  get directory(): string {
    return this.#directory
  }
  get scenarios(): readonly ScenarioProgress[] {
    return [...this.#scenarios.values()]
  }
  get running(): readonly ScenarioProgress[] {
    return this.scenarios.filter(({ state }) => state === 'running')
  }
  count(outcome: Outcome): number {
    return [...this.#verdicts.values()].filter((one) => one === outcome).length
  }
  get judged(): readonly Outcome[] {
    return outcomes.filter((outcome) => this.count(outcome) > 0)
  }

  accept(event: RunEvent, nowMs: number): void {
    switch (event.type) {
      case 'run-started':
        this.#startedAtMs = nowMs
        this.#directory = event.directory
        return this.#add(event.scenarios)
      case 'measuring-again':
        return this.#add(event.scenarios)
      case 'scenario-started':
        return this.#change(event.scenario, { state: 'running', startedAtMs: nowMs })
      case 'step':
        return this.#change(event.scenario, { step: event.message })
      case 'progress':
        return this.#change(event.scenario, { requests: event.requests, lost: event.lost })
      case 'verdict':
        this.#verdicts.set(event.requirement, event.outcome)
        return
      case 'scenario-ended':
        return this.#change(event.scenario, { state: 'ended' })
    }
  }

  /** Time that is left if everything takes as long as expected; scenarios that run side by side share it. */
  leftMs(nowMs: number): number {
    const left = this.scenarios
      .filter(({ state }) => state !== 'ended')
      .map((one) => Math.max(0, one.expectedMs - (one.state === 'running' ? nowMs - one.startedAtMs : 0)))
    return left.reduce((sum, ms) => sum + ms, 0) / Math.max(1, this.running.length)
  }

  #add(scenarios: Extract<RunEvent, { type: 'run-started' }>['scenarios']): void {
    for (const scenario of scenarios) this.#scenarios.set(scenario.id, { ...unstarted, ...scenario })
  }

  #change(id: string, change: Partial<ScenarioProgress>): void {
    const known = this.#scenarios.get(id) ?? { ...unstarted, id, title: id }
    this.#scenarios.set(id, { ...known, ...change })
  }
}

const unstarted: ScenarioProgress = {
  id: '', title: '', expectedMs: 0, state: 'waiting', startedAtMs: 0, step: '', requests: 0, lost: 0,
}
