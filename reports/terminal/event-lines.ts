import type { RunEvent } from '../../core/run-event.js'
import { formatClock, formatDuration } from '../format.js'
import { outcomeDisplay } from '../outcome-display.js'
import { oneLine, withoutMarkers } from '../printable.js'
import type { Style } from './style.js'
import { truncate, wrap } from './text-width.js'

type Started = Extract<RunEvent, { type: 'run-started' }>
type VerdictEvent = Extract<RunEvent, { type: 'verdict' }>

/** No line of a log needs more of what a service said. */
const textColumnsMax = 400
export const shortText = (text: string): string => withoutMarkers(truncate(oneLine(text), textColumnsMax))

/** What stands at the top of a run. */
export function headerLines(event: Started, style: Style, columns: number): readonly string[] {
  const { expectedMs } = event
  const count = event.scenarios.length
  const scenarios = `${count} ${count === 1 ? 'scenario' : 'scenarios'}${expectedMs > 0 ? `, about ${formatDuration(expectedMs)}` : ''}`
  const settings = `driver ${shortText(event.driver)}, profile ${shortText(event.profile)}, seed ${event.randomSeed}, ${scenarios}`
  const dimmed = (text: string): readonly string[] => wrap(text, columns - 2).map((line) => ` ${style.dim(line)}`)
  const name = truncate(shortText(event.service), columns - 13)
  return ['', ` ${style.bold('seaworthy')}  ${style.accent(name)}`, ...dimmed(settings), ...dimmed(shortText(event.directory)), '']
}

/** Lines that stay, for a terminal that is redrawn: steps are shown live and leave nothing behind. */
export function interactiveLines(event: RunEvent, style: Style, columns: number): readonly string[] {
  switch (event.type) {
    case 'verdict':
      return verdictLines(event, style, columns)
    case 'scenario-ended':
      return endedLines(event, style, columns)
    case 'measuring-again':
      return wrap(againText(event), columns - 2).map((line) => ` ${style.dim(line)}`)
    case 'warning':
      return wrap(`! ${shortText(event.message)}`, columns - 2).map((line) => ` ${style.warning(line)}`)
    default:
      return []
  }
}

function againText({ requirements, scenarios }: Extract<RunEvent, { type: 'measuring-again' }>): string {
  const expectedMs = scenarios.reduce((sum, one) => sum + one.expectedMs, 0)
  return `undecided beside other scenarios, now measured again alone: ${requirements.map(shortText).join(', ')}${expectedMs > 0 ? ` (about ${formatDuration(expectedMs)})` : ''}`
}

function verdictLines({ requirement, title, outcome, summary }: VerdictEvent, style: Style, columns: number): readonly string[] {
  const symbol = style.outcome(outcome, outcomeDisplay[outcome].symbol)
  const heading = ` ${symbol} ${style.bold(shortText(requirement))}  ${shortText(title)}`
  if (outcome === 'passed') return [truncate(heading, columns)]
  if (outcome === 'skipped' || outcome === 'not-applicable') {
    return [truncate(` ${symbol} ${style.dim(`${shortText(requirement)}  ${shortText(title)}: ${shortText(summary)}`)}`, columns)]
  }
  const lines = wrap(`${outcomeDisplay[outcome].word}: ${shortText(summary)}`, columns - 6)
  return [truncate(heading, columns), ...lines.map((line) => `     ${style.outcome(outcome, line)}`)]
}

function endedLines(event: Extract<RunEvent, { type: 'scenario-ended' }>, style: Style, columns: number): readonly string[] {
  const line = truncate(` ${style.dim(`· ${shortText(event.scenario)} took ${formatDuration(event.durationMs)}`)}`, columns)
  if (event.incomplete === null) return [line]
  const reason = wrap(`did not reach its end: ${shortText(event.incomplete)}`, columns - 6)
  return [line, ...reason.map((one) => `     ${style.warning(one)}`)]
}

/** One line an event with the run's clock before it, for logs: no line can be mistaken for one of the CI server. */
export function logLines(event: RunEvent, style: Style, elapsedMs: number): readonly string[] {
  const at = style.dim(`[${formatClock(elapsedMs).padStart(5)}]`)
  switch (event.type) {
    case 'scenario-started':
      return [`${at} ${shortText(event.scenario)}: started`]
    case 'step':
      return [`${at} ${shortText(event.scenario)}: ${shortText(event.message)}`]
    case 'progress':
      return [`${at} ${shortText(event.scenario)}: ${event.requests} requests, ${event.lost} lost`]
    case 'verdict': {
      const { symbol, word } = outcomeDisplay[event.outcome]
      const summary = event.outcome === 'passed' ? '' : `: ${shortText(event.summary)}`
      return [`${at} ${style.outcome(event.outcome, `${symbol} ${word}`)} ${shortText(event.requirement)} ${shortText(event.title)}${summary}`]
    }
    case 'scenario-ended': {
      const incomplete = event.incomplete === null ? '' : `, did not reach its end: ${shortText(event.incomplete)}`
      return [`${at} ${shortText(event.scenario)}: took ${formatDuration(event.durationMs)}${incomplete}`]
    }
    case 'measuring-again':
      return [`${at} ${againText(event)}`]
    case 'warning':
      return [`${at} ${style.warning(`warning: ${shortText(event.message)}`)}`]
    default:
      return []
  }
}
