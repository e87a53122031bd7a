import { headerLines, interactiveLines, logLines } from './terminal/event-lines.js';
import { liveLines } from './terminal/live-lines.js';
import { RunProgress } from './terminal/run-progress.js';
import { Screen } from './terminal/screen.js';
import { createStyle, wantsColor, wantsRedraw } from './terminal/style.js';
import { summaryLines } from './terminal/summary-lines.js';
const redrawMs = 100;
/** In a log a line now and then tells a slow scenario from one that hangs. */
const heartbeatMs = 60_000;
const filesOfAllReporters = ['index.html', 'junit.xml', 'run.json'];
/** Shows a run while it goes on: drawn in place on a terminal, one line an event elsewhere. Never throws. */
export function createTerminal(options) {
    const environment = options.environment ?? process.env;
    const isTerminal = options.stream.isTTY === true;
    const style = createStyle(options.color ?? wantsColor(isTerminal, environment));
    const redraws = options.isTTY ?? wantsRedraw(isTerminal, environment);
    const screen = new Screen({ stream: options.stream, redraws, ...(options.columns === undefined ? {} : { columns: options.columns }) });
    const setting = {
        screen,
        style,
        now: options.now ?? (() => performance.now()),
        files: options.files ?? filesOfAllReporters,
    };
    return redraws ? new InteractiveTerminal(setting) : new LogTerminal(setting);
}
class InteractiveTerminal {
    #setting;
    #progress = new RunProgress();
    #ticker;
    constructor(setting) {
        this.#setting = setting;
    }
    onEvent(event) {
        const { screen, style, now } = this.#setting;
        this.#progress.accept(event, now());
        if (event.type === 'run-started') {
            screen.print(headerLines(event, style, screen.columns));
            this.#ticker ??= setInterval(() => this.#draw(), redrawMs).unref();
        }
        if (event.type === 'run-ended') {
            this.close();
            screen.print(summaryOf(event, this.#setting, this.#progress.directory));
            return;
        }
        screen.print(interactiveLines(event, style, screen.columns));
        // Progress is frequent and the ticker shows it soon enough.
        if (event.type !== 'progress')
            this.#draw();
    }
    close() {
        clearInterval(this.#ticker);
        this.#ticker = undefined;
        this.#setting.screen.close();
    }
    #draw() {
        if (this.#ticker === undefined)
            return;
        const { screen, style, now } = this.#setting;
        screen.setLive(liveLines(this.#progress, { style, nowMs: now(), columns: screen.columns, rows: screen.rows }));
    }
}
class LogTerminal {
    #setting;
    #progress = new RunProgress();
    #spokenAtMs = new Map();
    constructor(setting) {
        this.#setting = setting;
    }
    onEvent(event) {
        const { screen, style, now } = this.#setting;
        const nowMs = now();
        this.#progress.accept(event, nowMs);
        if (event.type === 'run-started')
            return screen.print(headerLines(event, style, screen.columns));
        if (event.type === 'run-ended')
            return screen.print(summaryOf(event, this.#setting, this.#progress.directory));
        if (event.type === 'progress' && nowMs - (this.#spokenAtMs.get(event.scenario) ?? nowMs) < heartbeatMs)
            return;
        if ('scenario' in event)
            this.#spokenAtMs.set(event.scenario, nowMs);
        screen.print(logLines(event, style, nowMs - this.#progress.startedAtMs));
    }
    close() {
        this.#setting.screen.close();
    }
}
function summaryOf({ report }, { screen, style, files }, directory) {
    const prefix = directory === '' ? '' : `${directory.replace(/\/+$/, '')}/`;
    return summaryLines(report, { style, columns: screen.columns, files: files.map((file) => `${prefix}${file}`) });
}
