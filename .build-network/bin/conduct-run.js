import { join, relative } from 'node:path';
import { exitCodes, messageOf } from '../core/errors.js';
import { runConformance } from '../engine/run-conformance.js';
import { reporters as everyReporter } from '../reports/index.js';
import { packageVersion } from './package-files.js';
import { openRunScope } from './run-scope.js';
/** One run from the reaper's start to the written reports. The report is written whatever ended the run. */
export async function conductRun(options) {
    const { live, interruption, runDirectory } = options;
    const warn = (message) => live.onEvent({ type: 'warning', message });
    const scope = await openRunScope(options.runId, warn);
    let report;
    try {
        report = await runConformance({
            ...options,
            environment: { ...options.environment, SEAWORTHY_RUN: options.runId },
            workDirectory: scope.workDirectory,
            journal: scope.journal,
            version: packageVersion(),
            signal: interruption.signal,
            emit: (event) => live.onEvent(event),
        });
    }
    finally {
        for (const problem of await scope.close())
            warn(`clean-up: ${problem}`);
    }
    report = withCrash(report, interruption);
    // run.json first and always: every other format can be made from it later.
    const files = everyReporter.filter((one) => one.name === 'json' || options.reporters.includes(one));
    await writeReports(report, { directory: runDirectory, reporters: [...files].sort((one) => (one.name === 'json' ? -1 : 1)), warn });
    live.onEvent({ type: 'run-ended', report });
    return report;
}
function withCrash(report, interruption) {
    const crash = interruption.crash();
    if (crash === undefined)
        return report;
    const open = report.scenarios.filter((one) => one.incomplete !== null).map((one) => one.id);
    const during = open.length === 0 ? '' : ` while running ${open.join(', ')}`;
    return { ...report, status: 'crashed', exitCode: exitCodes.internal, verdict: `internal fault${during}: ${messageOf(crash)}` };
}
/** A reporter that fails is named and does not stop the others. */
export async function writeReports(report, { directory, reporters, warn, tell }) {
    for (const reporter of reporters) {
        try {
            const paths = await reporter.write(report, directory);
            for (const path of paths)
                tell?.(relative(process.cwd(), join(path)));
        }
        catch (thrown) {
            warn(`the ${reporter.name} report could not be written: ${messageOf(thrown)}`);
        }
    }
}
