import type { AbsenceRule, Requirement, Threshold } from '../core/requirement.js'

const shown = (value: number | readonly number[]): string => (typeof value === 'number' ? String(value) : value.join(', '))

function thresholdLine(threshold: Threshold): string {
  const others = (['quick', 'thorough'] as const)
    .filter((profile) => threshold[profile] !== undefined)
    .map((profile) => `${profile} ${shown(threshold[profile] ?? 0)}`)
  return `${threshold.key} = ${shown(threshold.standard)} ${threshold.unit}${others.length === 0 ? '' : ` (${others.join(', ')})`}: ${threshold.meaning}`
}

function absenceText(absence: AbsenceRule): string {
  if (absence.rule === 'fail') return 'missing: the capability is the requirement'
  if (absence.rule === 'na-justified') return 'missing, unless notApplicable gives a reason, an owner and a date'
  return `missing, unless facts.${absence.fact} is ${String(absence.equals)}`
}

type Section = readonly [heading: string, lines: string | readonly string[]]

function sectionsOf(requirement: Requirement, scenarios: readonly string[]): readonly Section[] {
  const { statement, why, procedure, passCriterion, thresholds, inconclusiveIf, evidence, remediation, needs, absence, requires = [], defects, limits, source } = requirement
  return [
    ['Statement', statement],
    ['Why', why],
    ['How it is tested', procedure],
    ['In the scenario', scenarios.join(', ') || 'none'],
    ['It passes when', passCriterion],
    ['Thresholds', thresholds.map(thresholdLine)],
    ['Inconclusive when', [...inconclusiveIf, ...requires.map((id) => `${id} failed or is missing: this one rests on it`)]],
    ['Evidence', evidence],
    ['What to do when it fails', remediation],
    ['Needs', `${needs.join(', ')}. Not declared: ${absenceText(absence)}`],
    ['Shown able to fail by', defects.map((defect) => `${defect.id}: ${defect.how}`)],
    ...(limits === undefined ? [] : [['What this cannot show', limits] as const]),
    ['Source', source],
  ]
}

const about = ({ keyword, level, weight, safety }: Requirement): string => `${keyword}, level ${level}, weight ${weight}, ${safety}`

/** Steps are numbered, everything else that is a list gets dashes. */
const listed = (heading: string, lines: readonly string[]): readonly string[] => lines.map((line, index) => (heading === 'How it is tested' ? `${index + 1}. ${line}` : `- ${line}`))

/** The same as a section of a Markdown page. */
export function requirementMarkdown(requirement: Requirement, scenarios: readonly string[]): string {
  const body = sectionsOf(requirement, scenarios).map(([heading, lines]) =>
    typeof lines === 'string' ? `**${heading}.** ${escaped(lines)}\n` : `**${heading}**\n\n${listed(heading, lines.map(escaped)).join('\n')}\n`,
  )
  return `## ${requirement.id} ${requirement.title}\n\n${about(requirement)}\n\n${body.join('\n')}`
}

/** What Markdown would take for markup of its own: cards are plain text. */
const escaped = (text: string): string => text.replaceAll(/([*<>`|])/g, '\\$1')

/** The whole card of a requirement as plain text; `explain` prints it the pages of docs/requirements/ are made from the same. */
export function requirementCard(requirement: Requirement, scenarios: readonly string[]): string {
  const body = sectionsOf(requirement, scenarios).map(([heading, lines]) => {
    const text = typeof lines === 'string' ? [lines] : listed(heading, lines)
    return `${heading}\n${text.map((line) => `  ${line}`).join('\n')}\n`
  })
  return `${requirement.id}  ${requirement.title}\n${about(requirement)}\n\n${body.join('\n')}`
}
