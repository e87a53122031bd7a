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

/** What the comparison must say, read from the two reports themselves: passed before, failed or missing and not waived now. */
function expectedRegressions(before, after) {
  const read = (directory) => JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')).requirements
  const held = new Set(read(before).filter(({ outcome }) => outcome === 'passed').map(({ id }) => id))
  return read(after).filter(({ id, outcome, waived }) => held.has(id) && waived === null && (outcome === 'failed' || outcome === 'missing')).map(({ id }) => id)
}

/** One pair of runs: what `diff` and a gate on the baseline say of it. */
export function comparePair(before, after) {
  const { status, stdout } = seaworthy(['diff', before, after, '--json'])
  const comparison = JSON.parse(stdout)
  const regressions = idsOf(comparison.regressions)
  const expected = expectedRegressions(before, after)
  const gate = seaworthy(['recheck', after, '--baseline', before, '--reporter', 'json']).status
  const problems = []
  if (regressions.join() !== expected.join()) problems.push(`diff calls ${regressions.join(', ') || 'nothing'} a regression, expected ${expected.join(', ') || 'nothing'}`)
  if (status !== (expected.length > 0 ? 1 : 0)) problems.push(`diff ended with ${status}`)
  // 2: too little of what held was judged to say anything, which a starved machine does.
  if (expected.length > 0 ? gate !== 1 : gate === 1) problems.push(`the gate on the baseline ended with ${gate}`)
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
