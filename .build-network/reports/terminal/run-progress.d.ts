import { type Outcome } from '../../core/outcome.js';
import type { RunEvent } from '../../core/run-event.js';
export interface ScenarioProgress {
    readonly id: string;
    readonly title: string;
    readonly expectedMs: number;
    readonly state: 'waiting' | 'running' | 'ended';
    readonly startedAtMs: number;
    readonly step: string;
    readonly requests: number;
    readonly lost: number;
}
/** Where a run stands, from its events alone. Times are those of the clock that is given with each event. */
export declare class RunProgress {
    #private;
    get startedAtMs(): number;
    get directory(): string;
    get scenarios(): readonly ScenarioProgress[];
    get running(): readonly ScenarioProgress[];
    count(outcome: Outcome): number;
    get judged(): readonly Outcome[];
    accept(event: RunEvent, nowMs: number): void;
    /** Time that is left if everything takes as long as expected; scenarios that run side by side share it. */
    leftMs(nowMs: number): number;
}
