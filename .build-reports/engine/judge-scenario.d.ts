import type { RequirementId, ThresholdValues } from '../core/requirement.js';
import type { ScenarioReport } from '../core/run-report.js';
import type { Check } from '../core/check.js';
import { type Judgement } from './judge.js';
import { type Totals } from './timeline.js';
/** A scenario as far as judging goes: what it is called, what it checks, what was asked. */
export interface JudgeableScenario {
    readonly scenario: {
        readonly id: string;
        readonly title: string;
        readonly checks: readonly Check[];
    };
    readonly selected: ReadonlySet<RequirementId>;
}
export interface RecordedRun {
    readonly history: string;
    readonly logs: readonly string[];
    readonly durationMs: number;
}
export interface JudgedScenario<P extends JudgeableScenario = JudgeableScenario> extends RecordedRun {
    readonly planned: P;
    readonly judgements: readonly (Judgement & {
        readonly scenario: string;
    })[];
    readonly incomplete: string | null;
    readonly totals: Totals;
}
/** Judges what was recorded of one scenario; used right after it ran and by `recheck`. Throws SeaworthyError of a corrupt history. */
export declare function judgeScenario<P extends JudgeableScenario>(planned: P, { runDirectory, run, thresholds }: {
    readonly runDirectory: string;
    readonly run: RecordedRun;
    readonly thresholds: (id: RequirementId) => ThresholdValues;
}): JudgedScenario<P>;
export declare const scenarioReport: ({ planned, history, logs, durationMs, incomplete, totals }: JudgedScenario) => ScenarioReport;
