import { decideDifference } from '../core/baseline-decision.js'
import type { Comparison, OutcomeMove } from '../core/comparison.js'
import type { MeasuredMove } from '../core/measured-moves.js'
import type { Outcome } from '../core/outcome.js'
import { formatMeasurement, formatScoreLine } from './format.js'
import { outcomeDisplay } from './outcome-display.js'
import { shortText } from './terminal/event-lines.js'

/** What moved between two runs, for a terminal or a log: what matters most first. */
export function comparisonText(comparison: Comparison): string {
  const { before, after, regressions, fixed, unsure, unknown, others, values, differences } = comparison
  const sections: readonly (readonly string[])[] = [
    [
      `before  ${shortText(before.runId)}  ${formatScoreLine(before.score)}: ${shortText(before.verdict)}`,
      `after   ${shortText(after.runId)}  ${formatScoreLine(after.score)}: ${shortText(after.verdict)}`,
    ],
    section('Regressions: held before, and do not hold now', regressions.flatMap((one) => moveLines(one, true))),
    section('Fixed: did not hold before, and do now', fixed.flatMap((one) => moveLines(one, false))),
    section('Held before, and was not judged now (no regression was seen)', unsure.flatMap((one) => moveLines(one, false))),
    section('Does not hold now, and was not judged before', unknown.flatMap((one) => moveLines(one, false))),
    section('Other changes', others.flatMap((one) => moveLines(one, false))),
    section('Measured values that moved by more than runs differ by themselves', values.map((one) => `  ${shortText(one.id)}  ${measuredLine(one)}`)),
    section('Differences of the runs', differences.map((one) => `  ${shortText(one.what)}: ${shortText(one.before)} → ${shortText(one.after)}`)),
    [shortText(decideDifference(comparison).verdict)],
  ]
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const section = (heading: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [heading, ...lines])

const shownOutcome = (outcome: Outcome | null): string => (outcome === null ? 'not in the catalogue' : outcomeDisplay[outcome].word)

function moveLines(one: OutcomeMove, withCommand: boolean): readonly string[] {
  const symbol = one.after === null ? ' ' : outcomeDisplay[one.after].symbol
  return [
    `  ${symbol} ${shortText(one.id)}  ${shortText(one.title)}  (${one.keyword === null ? '' : `${one.keyword}, `}${shownOutcome(one.before)}${one.judgedIn === null ? '' : ` in ${shortText(one.judgedIn)}`} → ${shownOutcome(one.after)}${one.waived ? ', waived' : ''})`,
    ...(one.summaryBefore === '' ? [] : [`      before: ${shortText(one.summaryBefore)}`]),
    ...(one.summaryAfter === '' ? [] : [`      after:  ${shortText(one.summaryAfter)}`]),
    ...one.measured.filter((move) => move.before !== move.after).map((move) => `      ${measuredLine(move)}`),
    ...one.thresholds.map((change) => `      threshold ${shortText(change.what)}: ${shortText(change.before)} → ${shortText(change.after)}`),
    ...(withCommand ? [`      $ ${shortText(one.reproduce)}`] : []),
  ]
}

function measuredLine({ note, before, after, allowedAfter, unit }: MeasuredMove): string {
  const shown = (value: number): string => formatMeasurement(value, unit ?? undefined)
  return `${shortText(note)}: ${shown(before)} → ${shown(after)}${allowedAfter === null ? '' : ` (allowed ${shown(allowedAfter)})`}`
}
