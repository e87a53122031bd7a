import { formatClock } from '../format.js';
import { outcomeDisplay } from '../outcome-display.js';
import { oneLine } from '../printable.js';
import { padEnd, textWidth, truncate } from './text-width.js';
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const barColumns = 12;
/** The block that is drawn over again: running scenarios with their step, then one line on the whole run. */
export function liveLines(progress, options) {
    if (progress.scenarios.length === 0)
        return [];
    const { running } = progress;
    const shownMax = Math.max(1, Math.floor((options.rows - 4) / 2));
    const shown = running.slice(0, shownMax);
    const idColumns = Math.max(0, ...shown.map(({ id }) => textWidth(oneLine(id))));
    const hidden = running.length - shown.length;
    return [
        '',
        ...shown.flatMap((scenario) => scenarioLines(scenario, idColumns, options)),
        ...(hidden > 0 ? [options.style.dim(`   and ${hidden} more running`)] : []),
        runLine(progress, options),
    ];
}
function scenarioLines(scenario, idColumns, options) {
    const { style, nowMs, columns } = options;
    const elapsedMs = nowMs - scenario.startedAtMs;
    const frame = spinner[Math.floor(elapsedMs / frameMs) % spinner.length] ?? '';
    const expected = scenario.expectedMs > 0 ? ` / ${formatClock(scenario.expectedMs)}` : '';
    const clock = ` ${formatClock(elapsedMs)}${expected}`;
    const bar = columns >= 90 && scenario.expectedMs > 0 ? ` ${progressBar(elapsedMs / scenario.expectedMs, style)}` : '';
    const traffic = trafficOf(scenario, style);
    const room = columns - 4 - textWidth(clock) - textWidth(bar) - textWidth(traffic) - 1;
    const id = padEnd(truncate(oneLine(scenario.id), room), Math.min(idColumns, room));
    const step = scenario.step === '' ? scenario.title : scenario.step;
    return [` ${style.accent(frame)} ${style.bold(id)}${clock}${bar}${traffic}`, style.dim(`   ${oneLine(step)}`)];
}
function progressBar(ratio, style) {
    const filled = Math.min(barColumns, Math.max(0, Math.floor(ratio * barColumns)));
    const bar = `${'━'.repeat(filled)}`;
    // Longer than expected is worth a look, but no failure.
    return `${ratio > 1 ? style.warning(bar) : style.accent(bar)}${style.dim('─'.repeat(barColumns - filled))}`;
}
function trafficOf({ requests, lost }, style) {
    const lostText = `${lost} lost`;
    return `  ${requests} requests, ${lost > 0 ? style.warning(lostText) : lostText}`;
}
function runLine(progress, { style, nowMs }) {
    const ended = progress.scenarios.filter(({ state }) => state === 'ended').length;
    const leftMs = progress.leftMs(nowMs);
    const left = leftMs >= 1_000 ? `, about ${formatClock(leftMs)} left` : '';
    const counts = progress.judged.map((outcome) => style.outcome(outcome, `${outcomeDisplay[outcome].symbol} ${progress.count(outcome)}`));
    const clock = `${ended} of ${progress.scenarios.length} scenarios  ${formatClock(nowMs - progress.startedAtMs)}${left}`;
    return ` ${style.dim(clock)}${counts.length === 0 ? '' : `   ${counts.join('  ')}`}`;
}
