import type { LiveReporter, RunEvent } from '../core/run-event.js'
import { headerLines, interactiveLines, logLines } from './terminal/event-lines.js'
import { liveLines } from './terminal/live-lines.js'
import { RunProgress } from './terminal/run-progress.js'
import { Screen, type TerminalStream } from './terminal/screen.js'
import { createStyle, wantsColor, wantsRedraw, type Environment, type Style } from './terminal/style.js'
import { summaryLines } from './terminal/summary-lines.js'

export interface TerminalOptions {
  readonly stream: TerminalStream
  /** Whether lines may be drawn over. Default: the stream is a terminal, TERM is not `dumb` and CI is not set. */
  readonly isTTY?: boolean
  /** Default: those of the stream, followed as it is resized; 100 when it has none. */
  readonly columns?: number
  /** Default: FORCE_COLOR, then NO_COLOR, then whether the stream is a terminal. */
  readonly color?: boolean
  readonly environment?: Environment
  /** Milliseconds on any monotonic clock. */
  readonly now?: () => number
  /** Paths of the reports as they are to be named at the end. Default: those of the usual reporters in the run directory. */
  readonly files?: readonly string[]
}

const redrawMs = 100
/** In a log a line now and then tells a slow scenario from one that hangs. */
const heartbeatMs = 60_000
const filesOfUsualReporters: readonly string[] = ['index.html', 'junit.xml', 'run.json']

/** Shows a run while it goes on: drawn in place on a terminal, one line an event elsewhere. Never throws. */
export function createTerminal(options: TerminalOptions): LiveReporter {
  const environment = options.environment ?? process.env
  const isTerminal = options.stream.isTTY === true
  const style = createStyle(options.color ?? wantsColor(isTerminal, environment))
  const redraws = options.isTTY ?? wantsRedraw(isTerminal, environment)
  const screen = new Screen({ stream: options.stream, redraws, ...(options.columns === undefined ? {} : { columns: options.columns }) })
  const setting: Setting = {
    screen,
    style,
    now: options.now ?? (() => performance.now()),
    files: options.files,
  }
  return redraws ? new InteractiveTerminal(setting) : new LogTerminal(setting)
}

interface Setting {
  readonly screen: Screen
  readonly style: Style
  readonly now: () => number
  readonly files: readonly string[] | undefined
}

class InteractiveTerminal implements LiveReporter {
  readonly #setting: Setting
  readonly #progress = new RunProgress()
  #ticker: NodeJS.Timeout | undefined

  constructor(setting: Setting) {
    this.#setting = setting
  }

  onEvent(event: RunEvent): void {
    const { screen, style, now } = this.#setting
    this.#progress.accept(event, now())
    if (event.type === 'run-started') {
      screen.print(headerLines(event, style, screen.columns))
      this.#ticker ??= setInterval(() => this.#draw(), redrawMs).unref()
    }
    if (event.type === 'run-ended') {
      this.close()
      screen.print(summaryOf(event, this.#setting, this.#progress.directory))
      return
    }
    screen.print(interactiveLines(event, style, screen.columns))
    // Progress is frequent and the ticker shows it soon enough.
    if (event.type !== 'progress') this.#draw()
  }

  close(): void {
    clearInterval(this.#ticker)
    this.#ticker = undefined
    this.#setting.screen.close()
  }

  #draw(): void {
    if (this.#ticker === undefined) return
    const { screen, style, now } = this.#setting
    screen.setLive(liveLines(this.#progress, { style, nowMs: now(), columns: screen.columns, rows: screen.rows }))
  }
}

class LogTerminal implements LiveReporter {
  readonly #setting: Setting
  readonly #progress = new RunProgress()
  readonly #spokenAtMs = new Map<string, number>()

  constructor(setting: Setting) {
    this.#setting = setting
  }

  onEvent(event: RunEvent): void {
    const { screen, style, now } = this.#setting
    const nowMs = now()
    this.#progress.accept(event, nowMs)
    if (event.type === 'run-started') return screen.print(headerLines(event, style, screen.columns))
    if (event.type === 'run-ended') return screen.print(summaryOf(event, this.#setting, this.#progress.directory))
    if (event.type === 'progress' && nowMs - (this.#spokenAtMs.get(event.scenario) ?? nowMs) < heartbeatMs) return
    if ('scenario' in event) this.#spokenAtMs.set(event.scenario, nowMs)
    screen.print(logLines(event, style, nowMs - this.#progress.startedAtMs))
  }

  close(): void {
    this.#setting.screen.close()
  }
}

function summaryOf({ report }: Extract<RunEvent, { type: 'run-ended' }>, { screen, style, files }: Setting, directory: string): readonly string[] {
  const prefix = directory === '' ? '' : `${directory.replace(/\/+$/, '')}/`
  return summaryLines(report, { style, columns: screen.columns, files: files ?? filesOfUsualReporters.map((file) => `${prefix}${file}`) })
}
