import type { RequirementReport, RunReport } from '../core/run-report.js'
import { formatDuration, formatRequiredLevel, formatScore, formatScoreLine, formatShare } from './format.js'
import { outcomeDisplay, outcomesByUrgency } from './outcome-display.js'
import { oneLine } from './printable.js'
import { commandForAll, fixFirst, fixHeading, remarks, reservations, standingIn, toneOf, unknownAdvice, unknowns, waivedCount } from './priorities.js'
import { singleFileReporter } from './single-file-reporter.js'

const toneSigns = { good: '✅', bad: '❌', unsure: '❔', broken: '💥' } as const
/** Lists are cut here: a comment on a pull request holds 65 536 characters. */
const listedMax = 12
const textLengthMax = 400

/** What a reviewer needs in a comment on a pull request: the verdict, how far it carries, what to do. */
export function reportAsMarkdown(report: RunReport): string {
  const parts: readonly (readonly string[])[] = [
    [`## ${toneSigns[toneOf(report)]} ${markdownText(report.service.name)}: ${markdownText(report.verdict)}`],
    [`**${markdownText(formatScoreLine(report.score))}** (asked for: ${formatRequiredLevel(report.requiredLevel)}). ${countsLine(report)}`],
    [...reservations(report), ...remarks(report)].map((one) => `> ⚠️ ${markdownText(one)}`),
    fixPart(report),
    unknownPart(report),
    areaPart(report),
    [`<sub>seaworthy ${markdownText(report.harness.version)}, ${report.profile} profile, ${markdownText(report.driver)} driver, seed ${report.randomSeed}, ${formatDuration(report.durationMs)}, run ${markdownText(report.runId)}</sub>`],
  ]
  return `${parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/**
 * One line that Markdown shows as it is: no markup, no HTML, no link, no mention of a person and no reference to an
 * issue can come out of it.
 */
export function markdownText(text: string): string {
  const line = oneLine(text)
  const characters = [...line]
  const cut = characters.length > textLengthMax ? `${characters.slice(0, textLengthMax - 1).join('')}…` : line
  return cut
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]|~$]/g, '\\$&')
    .replace(/^([-+]|\d+(?=\.))/, '\\$1')
    .replace(/[@#](?=\w)|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, '$&<!-- -->')
}

function countsLine({ score: { counts }, ...report }: RunReport): string {
  const counted = outcomesByUrgency.filter((outcome) => counts[outcome] > 0).map((outcome) => `${outcomeDisplay[outcome].symbol} ${counts[outcome]} ${outcomeDisplay[outcome].word}`)
  const waived = waivedCount({ score: { counts }, ...report } as RunReport)
  return `${counted.join(', ')}${waived > 0 ? ` (${waived} waived)` : ''}`
}

function fixPart(report: RunReport): readonly string[] {
  const toFix = fixFirst(report)
  if (toFix.length === 0) return []
  return [`### ${markdownText(fixHeading(report))}`, '', ...toFix.slice(0, listedMax).flatMap((one) => fixItem(report, one)), ...moreThan(toFix)]
}

const fixItem = (report: RunReport, requirement: RequirementReport): readonly string[] => [
  `- **${markdownText(requirement.id)} ${markdownText(requirement.title)}** ${outcomeDisplay[requirement.outcome].word} (${markdownText(standingIn(report, requirement))})  `,
  `  ${markdownText(requirement.summary)}  `,
  `  → ${markdownText(requirement.remediation)}`,
  `  <details><summary>Run just this again</summary>\n\n  ${codeSpan(requirement.reproduce)}\n\n  </details>`,
]

function unknownPart(report: RunReport): readonly string[] {
  const open = unknowns(report)
  if (open.length === 0) return []
  const items = open.slice(0, listedMax).map(({ id, title, outcome, summary }) => `- ${outcomeDisplay[outcome].symbol} **${markdownText(id)} ${markdownText(title)}**: ${markdownText(summary)}`)
  const command = commandForAll(open)
  const again = command === undefined ? [] : ['', markdownText(unknownAdvice(open)), '', codeSpan(command)]
  return ['### What could not be judged', '', ...items, ...moreThan(open), ...again]
}

const moreThan = (all: readonly unknown[]): readonly string[] => (all.length > listedMax ? [`- and ${all.length - listedMax} more, all in the report`] : [])

function areaPart(report: RunReport): readonly string[] {
  if (report.areas.length === 0) return []
  const rows = report.areas.map((area) => {
    const tiles = report.requirements.filter((one) => one.area === area.id).map(({ outcome }) => outcomeDisplay[outcome].symbol)
    return `| ${markdownText(area.id)} | ${markdownText(area.title)} | ${formatScore(area.score)} | ${formatShare(area.coverage)} | ${tiles.join(' ')} |`
  })
  return ['<details><summary>All areas</summary>', '', '| | Area | Score | Coverage | Requirements |', '|---|---|---:|---:|---|', ...rows, '', '</details>']
}

/** A fence longer than any run of backticks inside. */
function codeSpan(text: string): string {
  const line = oneLine(text)
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${longest > 0 ? ' ' : ''}${line}${longest > 0 ? ' ' : ''}${fence}`
}

export const markdownReporter = singleFileReporter('markdown', { file: 'summary.md', contents: 'for a comment on a pull request' }, reportAsMarkdown)
