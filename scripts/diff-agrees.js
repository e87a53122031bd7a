// Saved runs of one service held against each other with the real commands: `diff` and `recheck --baseline` see no regression between runs
// without a defect, and between a clean run and one with a defect exactly what that one is seen to break.
//   node scripts/diff-agrees.js CLEAN CLEAN [CLEAN ...] [--defect RUN]
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const command = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin/seaworthy.js')
const idsOf = (moves) => moves.map(({ id }) => id)

/** The command with what it printed; exit codes other than those of a verdict are faults. */
function seaworthy(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (![0, 1, 2].includes(status)) throw new Error(`seaworthy ${args.join(' ')} ended with ${status}: ${stderr}`)
  return { status, stdout }
}

const isJudged = (outcome) => ['passed', 'failed', 'missing'].includes(outcome)
const judgedShareMin = 0.8

/** The last outcome that was judged of everything: what a run left open, or waived, it has from the baseline that it was held against. */
function lastJudged({ requirements, baseline }) {
  const last = new Map(Object.entries(baseline?.outcomes ?? {}).filter(([, outcome]) => isJudged(outcome)))
  for (const { id, outcome, waived } of requirements) if ((isJudged(outcome) && waived === null) || !last.has(id)) last.set(id, outcome)
  return last
}

/** What the comparison must say, read from the two reports themselves: what passed before, and failed or is missing and not waived now, and the exit code. */
function expectedOf(before, after) {
  const read = (directory) => JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8'))
  const [earlier, later] = [read(before), read(after)]
  const last = lastJudged(earlier)
  const now = new Map(later.requirements.map((one) => [one.id, one]))
  const held = [...last].filter(([, outcome]) => outcome === 'passed').map(([id]) => id)
  const isBroken = (one) => (one?.outcome === 'failed' || one?.outcome === 'missing') && one.waived === null
  const isLeftOut = (one) => (one === undefined ? later.requirements.some(isLeftOut) : one.outcome === 'skipped' && one.summary === 'not selected')
  const regressions = later.requirements.filter((one) => last.get(one.id) === 'passed' && isBroken(one)).map(({ id }) => id)
  const compared = held.filter((id) => now.get(id)?.outcome === 'passed' || isBroken(now.get(id))).length
  const unjudged = held.filter((id) => !isJudged(now.get(id)?.outcome) && !isLeftOut(now.get(id))).length
  const unknown = later.requirements.filter((one) => last.has(one.id) && !isJudged(last.get(one.id)) && isBroken(one)).length
  const isKnown = earlier.status === 'complete' && later.status === 'complete' && compared > 0 && compared >= (compared + unjudged + unknown) * judgedShareMin
  return { regressions, status: regressions.length > 0 ? 1 : isKnown ? 0 : 2 }
}

/** One pair of runs: what `diff` and a gate on the baseline say of it. */
export function comparePair(before, after) {
  const { status, stdout } = seaworthy(['diff', before, after, '--json'])
  const comparison = JSON.parse(stdout)
  const regressions = idsOf(comparison.regressions)
  const expected = expectedOf(before, after)
  const gate = seaworthy(['recheck', after, '--baseline', before, '--reporter', 'json']).status
  const problems = []
  if (regressions.join() !== expected.regressions.join()) problems.push(`diff calls ${regressions.join(', ') || 'nothing'} a regression, expected ${expected.regressions.join(', ') || 'nothing'}`)
  if (status !== expected.status) problems.push(`diff ended with ${status}, expected ${expected.status}`)
  // 2: too little of what held was judged to say anything, which a starved machine does, or not everything was put back.
  if (expected.status === 1 ? gate !== 1 : gate !== 2 && gate !== expected.status) problems.push(`the gate on the baseline ended with ${gate}, expected ${expected.status}`)
  return { regressions, unsure: idsOf(comparison.unsure), compared: comparison.compared, gate, problems }
}

/** Each run against the next, and the last against the first, so that there are as many pairs as runs; or each against all that came after it. */
export function compareCleanRuns(directories, { allPairs = false } = {}) {
  const pairs = directories.flatMap((before, index) => (allPairs ? directories.slice(index + 1) : [directories[(index + 1) % directories.length]]).map((after) => [before, after]))
  return pairs.map(([before, after]) => {
    const pair = comparePair(before, after)
    const problems = [...pair.problems, ...(pair.regressions.length > 0 ? [`${pair.regressions.join(', ')} broke without a defect`] : [])]
    return { before, after, ...pair, problems }
  })
}

function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { defect: { type: 'string' } } })
  if (positionals.length === 0 || (positionals.length < 2 && values.defect === undefined)) {
    console.error('expected the folders of two runs or more, or of one and --defect RUN')
    return 64
  }
  const pairs = positionals.length < 2 ? [] : compareCleanRuns(positionals)
  if (values.defect !== undefined) {
    const pair = comparePair(positionals[0], values.defect)
    if (pair.regressions.length === 0) pair.problems.push('the defect broke nothing')
    pairs.push({ before: positionals[0], after: values.defect, ...pair })
  }
  for (const { before, after, regressions, compared, unsure, gate, problems } of pairs) {
    console.log(`${before} → ${after}: ${compared} compared, ${unsure.length} undecided, regressions: ${regressions.join(', ') || 'none'}, gate ${gate}${problems.length > 0 ? `: ${problems.join('; ')}` : ''}`)
  }
  const bad = pairs.filter(({ problems }) => problems.length > 0).length
  console.log(`${pairs.length - bad} of ${pairs.length} comparisons say what they must`)
  return bad === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main()
  } catch (thrown) {
    console.error(thrown.message)
    process.exitCode = 1
  }
}
