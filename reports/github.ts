import type { RequirementReport, RunReport } from '../core/run-report.js'
import { outcomeDisplay } from './outcome-display.js'
import { printable, oneLine } from './printable.js'
import { fixFirst, reservations, unknowns } from './priorities.js'
import { addressOf } from './sarif.js'

/** GitHub shows ten errors and ten warnings of a step; the rest is in the summary. */
const shownMax = 10

/**
 * Workflow commands that put failures on the page of a run and into the files of a pull request, one a line. `root` is
 * the checkout: the descriptor is named only when it is inside.
 */
export function annotationsOf(report: RunReport, root: string): readonly string[] {
  const address = addressOf(report.service.descriptor, root)
  const file = address.startsWith('file:') ? '' : `file=${property(decodeURIComponent(address))},line=1,`
  const musts = fixFirst(report)
  const shoulds = report.requirements.filter(({ keyword, outcome, waived }) => keyword === 'SHOULD' && (outcome === 'failed' || outcome === 'missing') && waived === null)
  const errors = musts.slice(0, shownMax).map((one) => command('error', file, one))
  const warnings = [
    ...reservations(report).map((text) => `::warning title=seaworthy::${data(text)}`),
    ...[...unknowns(report), ...shoulds].map((one) => command('warning', file, one)),
  ]
  return [...errors, ...warnings.slice(0, shownMax)]
}

function command(kind: 'error' | 'warning', file: string, { id, title, outcome, summary, remediation }: RequirementReport): string {
  const isKnown = outcome === 'failed' || outcome === 'missing'
  const text = `${outcomeDisplay[outcome].word}: ${summary}${isKnown ? `\n${remediation}` : ''}`
  return `::${kind} ${file}title=${property(`${id} ${title}`)}::${data(text)}`
}

const data = (text: string): string => printable(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => data(oneLine(text)).replace(/:/g, '%3A').replace(/,/g, '%2C')
