import { toleratedBecause } from '../core/build-gate.js'
import type { RequirementReport, RunReport } from '../core/run-report.js'
import { outcomeDisplay } from './outcome-display.js'
import { printable, oneLine } from './printable.js'
import { blocksBuild, fixFirst, reservations, unknowns } from './priorities.js'
import { addressOf } from './sarif.js'

/** GitHub shows ten errors, ten warnings and ten notices of a step; the rest is in the summary. */
const shownMax = 10

/**
 * Workflow commands that put failures on the page of a run and into the files of a pull request, one a line. `root` is
 * the checkout: the descriptor is named only when it is inside.
 */
export function annotationsOf(report: RunReport, root: string): readonly string[] {
  const address = addressOf(report.service.descriptor, root)
  const file = address.startsWith('file:') ? '' : `file=${property(decodeURIComponent(address))},line=1,`
  const of = (kind: Kind): readonly string[] => concerning(report).filter((one) => kindOf(report, one) === kind).map((one) => command(kind, file, { report, one }))
  const warnings = [...reservations(report).map((text) => `::warning title=seaworthy::${data(text)}`), ...of('warning')]
  return [...of('error').slice(0, shownMax), ...warnings.slice(0, shownMax), ...of('notice').slice(0, shownMax)]
}

type Kind = 'error' | 'warning' | 'notice'

/** Failed MUSTs first, then what nobody knows, then failed SHOULDs; what is waived says nothing. */
function concerning(report: RunReport): readonly RequirementReport[] {
  const broken = report.requirements.filter(({ outcome, waived }) => (outcome === 'failed' || outcome === 'missing') && waived === null)
  return [...new Set([...fixFirst(report), ...unknowns(report), ...broken])]
}

/** An error fails the build; a notice is what was so before and is known. */
function kindOf(report: RunReport, requirement: RequirementReport): Kind {
  const isBroken = requirement.outcome === 'failed' || requirement.outcome === 'missing'
  if (!isBroken) return 'warning'
  if (blocksBuild(report, requirement)) return 'error'
  return report.baseline === undefined ? 'warning' : 'notice'
}

function command(kind: Kind, file: string, { report, one }: { readonly report: RunReport; readonly one: RequirementReport }): string {
  const { id, title, outcome, summary, remediation } = one
  const isKnown = outcome === 'failed' || outcome === 'missing'
  const tolerated = toleratedBecause(report, one)
  const text = `${outcomeDisplay[outcome].word}: ${summary}${isKnown ? `\n${remediation}` : ''}${tolerated === null ? '' : `\n(${tolerated})`}`
  return `::${kind} ${file}title=${property(`${id} ${title}`)}::${data(text)}`
}

const data = (text: string): string => printable(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => data(oneLine(text)).replace(/:/g, '%3A').replace(/,/g, '%2C')
