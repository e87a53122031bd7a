import { SeaworthyError } from '../core/errors.js';
import { createTerminal, reporters } from '../reports/index.js';
const terminalName = 'terminal';
/** File reporters by name; `terminal` is live and chosen apart. Throws SW_REPORTER_UNKNOWN. */
export function selectReporters(names) {
    return names
        .filter((name) => name !== terminalName)
        .map((name) => {
        const found = reporters.find((one) => one.name === name);
        if (found !== undefined)
            return found;
        const known = [...reporters.map((one) => one.name), terminalName];
        throw new SeaworthyError('SW_REPORTER_UNKNOWN', `--reporter ${name}: no such reporter, expected one of ${known.join(', ')}`);
    });
}
export function liveReporter(names) {
    if (!names.includes(terminalName))
        return { onEvent: () => { }, close: () => { } };
    const { stdout, env } = { stdout: process.stdout, env: process.env };
    const isTTY = stdout.isTTY === true && env['CI'] === undefined;
    const color = env['NO_COLOR'] === undefined && (isTTY || (env['FORCE_COLOR'] ?? '0') !== '0');
    return createTerminal({ stream: stdout, isTTY, columns: stdout.columns ?? 100, color });
}
