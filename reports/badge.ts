import { join } from 'node:path'
import { makeBadge } from 'badge-maker'
import type { Reporter } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import { writeAtomically } from './atomic-write.js'
import { formatScore, formatShare } from './format.js'
import { fixFirst, toneOf } from './priorities.js'

const label = 'seaworthy'
const colors = { good: 'brightgreen', bad: 'red', unsure: 'yellow', broken: 'lightgrey' } as const

/** A score never stands without its coverage and level; what is not complete has none. */
function messageOf(report: RunReport): string {
  const { value, coverage, level } = report.score
  const graded = value === null ? 'nothing judged' : `${formatScore(value)} at ${formatShare(coverage)}`
  switch (toneOf(report)) {
    case 'good':
      return `${failsByItself(report) ? 'failing, no regression, ' : ''}level ${level}, ${graded}`
    case 'bad':
      return `failing, level ${level}, ${graded}`
    case 'unsure':
      return `undecided, ${graded}`
    case 'broken':
      return report.status === 'complete' ? 'internal fault' : report.status
  }
}

/** A build that is green against a baseline says nothing good of the service yet. */
const failsByItself = (report: RunReport): boolean => report.baseline !== undefined && fixFirst(report).length > 0
const colorOf = (report: RunReport): string => (toneOf(report) === 'good' && failsByItself(report) ? 'orange' : colors[toneOf(report)])

export const badgeSvg = (report: RunReport): string => `${makeBadge({ label, message: messageOf(report), color: colorOf(report), style: 'flat' })}\n`

/** What shields.io reads from an address (https://shields.io/badges/endpoint-badge). */
export function badgeEndpoint(report: RunReport): string {
  const tone = toneOf(report)
  return `${JSON.stringify({ schemaVersion: 1, label, message: messageOf(report), color: colorOf(report), isError: tone === 'broken' })}\n`
}

export const badgeReporter: Reporter = {
  name: 'badge',
  description: 'badge.svg and badge.json: a badge, as a picture and for shields.io',
  async write(report, directory) {
    const files = [['badge.svg', badgeSvg(report)], ['badge.json', badgeEndpoint(report)]] as const
    for (const [name, text] of files) await writeAtomically(join(directory, name), text)
    return files.map(([name]) => join(directory, name))
  },
}
