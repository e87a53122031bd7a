import type { AppliedFault } from '../core/scenario.js';
import type { ScenarioWorld } from './scenario-world.js';
/** How to make one fault or procedure so that the history tells all of it. */
export interface InterventionPlan<T> {
    readonly name: string;
    readonly target: string;
    readonly label?: string | undefined;
    readonly detail?: Readonly<Record<string, unknown>>;
    apply(): Promise<T>;
    /** What the target itself shows. With `background` the call does not wait for it. */
    witness?(result: T): Promise<string | undefined>;
    readonly background?: boolean;
    /** Said of the result in the history. */
    describe?(result: T): Readonly<Record<string, unknown>>;
}
/** Numbers and records interventions of one scenario, and lets it wait for witnesses that are still being watched. */
export declare class Interventions {
    private readonly world;
    private last;
    private readonly watched;
    constructor(world: ScenarioWorld);
    /** Issues, records and witnesses. Throws InterventionFailed when it could not be made. */
    make<T>(plan: InterventionPlan<T>): Promise<T>;
    private makeAs;
    /** As `make`, with an undo that is on disk before the fault is applied and runs at the latest when the scenario ends. */
    makeUndoable<T>(plan: InterventionPlan<T>, undo: () => Promise<void>): Promise<AppliedFault>;
    /** Until every background witness has been seen or given up. */
    settled(): Promise<void>;
    private undo;
    private watch;
    private note;
}
