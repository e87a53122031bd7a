// What one whole run of an example found, for its README.
import { formatScoreLine } from '../dist/reports/format.js'

const begin = '<!-- written by node scripts/run-examples.js --scores -->'
const end = '<!-- end of what is written -->'

/** Ids by area, short: `CONF (all 8), START-01, -05`. */
function shortIds(ids, requirements) {
  const areas = [...new Set(ids.map((id) => id.slice(0, id.lastIndexOf('-'))))]
  const inArea = (area, all) => all.filter((id) => id.slice(0, id.lastIndexOf('-')) === area)
  return areas
    .map((area) => {
      const own = inArea(area, ids).sort()
      const count = inArea(area, requirements.map(({ id }) => id)).length
      return own.length === count && count > 1 ? `${area} (all ${count})` : own.map((id, index) => (index === 0 ? id : id.slice(area.length))).join(', ')
    })
    .join(', ')
}

function listsOf({ requirements }) {
  const outcomes = [['passed', 'passed'], ['failed', 'failed'], ['inconclusive', 'undecided'], ['error', 'in error'], ['skipped', 'skipped'], ['not-applicable', 'not applicable'], ['missing', 'missing, because something that they need is not declared']]
  return outcomes.flatMap(([outcome, words]) => {
    const ids = requirements.filter((one) => one.outcome === outcome).map(({ id }) => id)
    return ids.length === 0 && outcome !== 'failed' ? [] : [`- ${ids.length === 0 ? 'none' : ids.length} ${words}${ids.length === 0 ? '' : `: ${shortIds(ids, requirements)}`}`]
  })
}

/** One section for all descriptors of an example; `reports` are pairs of a descriptor and its run.json. */
export function scoresSection(reports) {
  const [, { harness, driver, profile }] = reports[0]
  return [
    begin,
    '## What one whole run found',
    `\`expected.json\` holds what the makers document, and is compared in CI. This is what a single run of the whole checklist found (\`--allow destructive\`, driver ${driver}, profile ${profile}, seaworthy ${harness.version}); nothing of it
is promised by anybody. A descriptor as short as this one declares little, and what is not declared is missing.`,
    ...reports.map(([descriptor, report]) => `**${descriptor}**: ${formatScoreLine(report.score)}\n\n${listsOf(report).join('\n')}`),
    end,
  ].join('\n\n')
}

/** The page with its section replaced, or added at its end. */
export function withScores(page, section) {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  return from < 0 || to < from ? `${page.trimEnd()}\n\n${section}\n` : `${page.slice(0, from)}${section}${page.slice(to + end.length)}`
}
