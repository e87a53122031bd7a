import { InterventionFailed, messageOf } from '../core/errors.js'
import type { InterventionEvent } from '../core/history.js'
import type { AppliedFault } from '../core/scenario.js'
import type { ScenarioWorld } from './scenario-world.js'

/** How to make one fault or procedure so that the history tells all of it. */
export interface InterventionPlan<T> {
  readonly name: string
  readonly target: string
  readonly label?: string | undefined
  readonly detail?: Readonly<Record<string, unknown>>
  apply(): Promise<T>
  /** What the target itself shows. With `background` the call does not wait for it. */
  witness?(result: T): Promise<string | undefined>
  readonly background?: boolean
  /** Said of the result in the history. */
  describe?(result: T): Readonly<Record<string, unknown>>
  /** The same when it was refused. */
  describeFailure?(): Readonly<Record<string, unknown>>
}

type Named = Pick<InterventionPlan<unknown>, 'name' | 'target' | 'label'>
type Phase = Partial<InterventionEvent> & Pick<InterventionEvent, 'phase'>

/** Numbers and records interventions of one scenario, and lets it wait for witnesses that are still being watched. */
export class Interventions {
  private last = 0
  private readonly watched = new Set<Promise<void>>()
  constructor(private readonly world: ScenarioWorld) {}

  /** Issues, records and witnesses. Throws InterventionFailed when it could not be made. */
  async make<T>(plan: InterventionPlan<T>): Promise<T> {
    return (await this.makeAs(++this.last, plan)).result
  }

  private async makeAs<T>(id: number, plan: InterventionPlan<T>): Promise<{ readonly result: T; readonly acknowledgedAtMs: number }> {
    this.note(id, plan, { phase: 'issued', ...(plan.detail === undefined ? {} : { detail: plan.detail }) })
    let result: T
    try {
      result = await plan.apply()
    } catch (thrown) {
      const found = plan.describeFailure?.()
      this.note(id, plan, { phase: 'failed', error: messageOf(thrown), ...(found === undefined ? {} : { detail: found }) })
      throw new InterventionFailed(plan.name, plan.target, messageOf(thrown), thrown)
    }
    const detail = plan.describe?.(result)
    const acknowledgedAtMs = this.note(id, plan, { phase: 'acknowledged', ...(detail === undefined ? {} : { detail }) })
    const watching = this.watch(id, plan, result)
    if (!plan.background) await watching
    return { result, acknowledgedAtMs }
  }

  /** As `make`, with an undo that is on disk before the fault is applied and runs at the latest when the scenario ends. */
  async makeUndoable<T>(plan: InterventionPlan<T>, undo: () => Promise<void>): Promise<AppliedFault> {
    const entry = this.world.journal.record({ kind: 'undo', fault: plan.name, target: plan.target })
    const id = ++this.last
    let done: Promise<void> | undefined
    const once = (): Promise<void> => (done ??= this.undo(id, plan, undo).then(() => this.world.journal.done(entry)))
    const taken = this.world.cleanup.push(`undo ${plan.name} of ${plan.target}`, once)
    let appliedAtMs: number
    try {
      appliedAtMs = (await this.makeAs(id, plan)).acknowledgedAtMs
    } catch (thrown) {
      // It may have been applied half way: take back what there is before anything else happens.
      await once().catch(() => {})
      throw thrown
    }
    return {
      appliedAtMs,
      undo: async () => {
        await once()
        taken()
      },
    }
  }

  /** Until every background witness has been seen or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.watched)
  }

  private async undo(id: number, plan: Named, undo: () => Promise<void>): Promise<void> {
    try {
      await undo()
      this.note(id, plan, { phase: 'undone' })
    } catch (thrown) {
      this.note(id, plan, { phase: 'undo-failed', error: messageOf(thrown) })
      this.world.notRestored(`${plan.name} of ${plan.target} could not be undone: ${messageOf(thrown)}`)
      // Not a fault of the harness: what was seen before it stays true.
      throw new InterventionFailed(`the undo of ${plan.name}`, plan.target, messageOf(thrown), thrown)
    }
  }

  private watch<T>(id: number, plan: InterventionPlan<T>, result: T): Promise<void> {
    if (plan.witness === undefined) return Promise.resolve()
    const watching = plan.witness(result).then(
      (seen) => {
        if (seen !== undefined) this.note(id, plan, { phase: 'witnessed', witness: seen })
      },
      (thrown: unknown) => this.world.record({ kind: 'observation', probe: 'witness-error', target: plan.target, atMs: this.world.clock(), value: messageOf(thrown) }),
    )
    this.watched.add(watching)
    return watching.finally(() => this.watched.delete(watching))
  }

  /** Returns the time it was recorded with. */
  private note(id: number, plan: Named, phase: Phase): number {
    const atMs = this.world.clock()
    this.world.record({
      kind: 'intervention',
      id,
      name: plan.name,
      target: plan.target,
      ...(plan.label === undefined ? {} : { label: plan.label }),
      atMs,
      ...phase,
    })
    return atMs
  }
}
