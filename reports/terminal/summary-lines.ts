import type { RequirementReport, RunReport } from '../../core/run-report.js'
import { formatRequiredLevel, formatScore, formatScoreLine, formatShare } from '../format.js'
import { outcomeDisplay, outcomesByUrgency } from '../outcome-display.js'
import { commandForAll, fixFirst, fixHeading, remarks, reservations, standingIn, toneOf, unknownAdvice, unknowns, waivedCount } from '../priorities.js'
import { shortText } from './event-lines.js'
import type { Style } from './style.js'
import { padEnd, padStart, textWidth, truncate, wrap } from './text-width.js'

export interface SummaryOptions {
  readonly style: Style
  readonly columns: number
  /** Paths of the reports, as they are to be shown. */
  readonly files: readonly string[]
}
const listedMax = 5

/** What stands at the end of a run: areas, what to do, score, verdict, where to read more. */
export function summaryLines(report: RunReport, options: SummaryOptions): readonly string[] {
  return [
    ...areaLines(report, options),
    ...fixLines(report, options),
    ...unknownLines(report, options),
    ...verdictLines(report, options),
    ...fileLines(options),
    '',
  ]
}

function areaLines(report: RunReport, { style, columns }: SummaryOptions): readonly string[] {
  // Areas of which nothing was asked would hide the others in a run of a few requirements.
  const looked = report.areas.filter(({ counts }) => outcomesByUrgency.some((outcome) => outcome !== 'skipped' && counts[outcome] > 0))
  const rest = report.areas.length - looked.length
  const restLine = rest === 0 ? [] : [style.dim(truncate(` ${rest} ${rest === 1 ? 'area' : 'areas'} skipped: nothing in ${rest === 1 ? 'it' : 'them'} was selected, allowed or possible here`, columns))]
  if (looked.length === 0) return rest === 0 ? [] : ['', ...restLine]
  const idColumns = Math.max(...looked.map(({ id }) => textWidth(shortText(id))))
  const titleColumns = Math.min(Math.max(20, columns - idColumns - 40), Math.max(...looked.map(({ title }) => textWidth(shortText(title)))))
  const heading = ` ${padEnd('Areas', idColumns + 2 + titleColumns)}  score  coverage`
  const rows = looked.map((area) => {
    const title = padEnd(truncate(shortText(area.title), titleColumns), titleColumns)
    const grade = `${padStart(formatScore(area.score), 5)}${padStart(formatShare(area.coverage), 10)}`
    const tiles = report.requirements
      .filter((requirement) => requirement.area === area.id)
      .map(({ outcome }) => style.outcome(outcome, outcomeDisplay[outcome].symbol))
    return truncate(` ${style.bold(padEnd(shortText(area.id), idColumns))}  ${title}  ${grade}  ${tiles.join(' ')}`, columns)
  })
  return ['', style.dim(heading), ...rows, ...restLine]
}

function fixLines(report: RunReport, options: SummaryOptions): readonly string[] {
  const toFix = fixFirst(report)
  if (toFix.length === 0) return []
  const { style } = options
  const more = toFix.length - listedMax
  return [
    '',
    ` ${style.bold(shortText(fixHeading(report)))}`,
    ...toFix.slice(0, listedMax).flatMap((requirement) => fixLinesOf(report, requirement, options)),
    ...(more > 0 ? [style.dim(`   and ${more} more MUST failed or missing, all in the report`)] : []),
  ]
}

function fixLinesOf(report: RunReport, requirement: RequirementReport, { style, columns }: SummaryOptions): readonly string[] {
  const { id, title, outcome, summary, remediation, reproduce } = requirement
  const heading = ` ${style.outcome(outcome, outcomeDisplay[outcome].symbol)} ${style.bold(shortText(id))}  ${shortText(title)}  ${style.dim(shortText(standingIn(report, requirement)))}`
  const indented = (text: string): readonly string[] => wrap(text, columns - 6).map((line) => `     ${line}`)
  // The command is never broken: it is there to be copied.
  return [truncate(heading, columns), ...indented(shortText(summary)), ...indented(`→ ${shortText(remediation)}`), `     ${style.accent(`$ ${shortText(reproduce)}`)}`]
}

function unknownLines(report: RunReport, { style, columns }: SummaryOptions): readonly string[] {
  const open = unknowns(report)
  if (open.length === 0) return []
  const lines = open.slice(0, listedMax).flatMap(({ id, outcome, summary }) => {
    const [first = '', ...rest] = wrap(`${shortText(id)}  ${shortText(summary)}`, columns - 4)
    return [` ${style.outcome(outcome, outcomeDisplay[outcome].symbol)} ${first}`, ...rest.map((line) => `     ${line}`)]
  })
  const more = open.length - listedMax
  const command = commandForAll(open)
  const again = command === undefined ? [] : [...wrap(unknownAdvice(open), columns - 4).map((line) => `   ${line}`), `     ${style.accent(`$ ${shortText(command)}`)}`]
  return ['', ` ${style.bold('What could not be judged')}`, ...lines, ...(more > 0 ? [style.dim(`   and ${more} more`)] : []), ...again]
}

const toneSymbols = { good: '✓', bad: '✗', unsure: '?', broken: '!' } as const

function verdictLines(report: RunReport, { style, columns }: SummaryOptions): readonly string[] {
  const tone = toneOf(report)
  const waived = waivedCount(report)
  const counts = outcomesByUrgency
    .filter((outcome) => report.score.counts[outcome] > 0)
    .map((outcome) => style.outcome(outcome, `${outcomeDisplay[outcome].symbol} ${report.score.counts[outcome]} ${outcomeDisplay[outcome].word}`))
  const verdict = wrap(`${toneSymbols[tone]} ${sentence(shortText(report.verdict))}`, columns - 2)
  return [
    '',
    ` ${style.bold(formatScoreLine(report.score))}${style.dim(` (asked for: ${formatRequiredLevel(report.requiredLevel)})`)}`,
    ...(counts.length === 0 ? [] : [` ${counts.join('  ')}${waived > 0 ? style.dim(`  (${waived} waived)`) : ''}`]),
    ...[...reservations(report), ...remarks(report)].flatMap((one) => wrap(`! ${shortText(one)}`, columns - 2).map((line) => ` ${style.warning(line)}`)),
    ...verdict.map((line) => ` ${style.tone(tone, line)}`),
  ]
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const fileLines = ({ files, style }: SummaryOptions): readonly string[] =>
  files.length === 0 ? [] : ['', ...files.map((file) => ` ${style.dim('report')}  ${shortText(file)}`)]
