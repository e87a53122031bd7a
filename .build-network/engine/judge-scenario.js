import { join } from 'node:path';
import { openHistory } from './history-file.js';
import { incompleteReason, judge } from './judge.js';
import { totalsOf } from './timeline.js';
/** Judges what was recorded of one scenario; used right after it ran and by `recheck`. Throws SeaworthyError of a corrupt history. */
export function judgeScenario(planned, { runDirectory, run, thresholds }) {
    const history = openHistory(join(runDirectory, run.history));
    const checks = planned.scenario.checks.filter((check) => planned.selected.has(check.requirement));
    return {
        ...run,
        planned,
        judgements: judge(history, checks, thresholds).map((one) => ({ ...one, scenario: planned.scenario.id })),
        incomplete: incompleteReason(history),
        totals: totalsOf(history),
    };
}
export const scenarioReport = ({ planned, history, logs, durationMs, incomplete, totals }) => ({
    id: planned.scenario.id,
    title: planned.scenario.title,
    history,
    logs,
    durationMs: Math.round(durationMs),
    incomplete,
    ...totals,
});
