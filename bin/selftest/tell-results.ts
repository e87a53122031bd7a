import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import { isSharp, unconfirmedIn, unconfirmedMax, type CleanResult, type DefectResult, type SelftestReport } from '../../core/selftest-report.js'
import { selftestPage } from '../../reports/html/selftest-page.js'

export type Say = (text: string) => void

/** selftest.json and selftest.html. Throws SW_OUTPUT_UNWRITABLE. */
export function writeResults(directory: string, report: SelftestReport): void {
  try {
    writeFileSync(join(directory, 'selftest.json'), `${JSON.stringify(report, null, 2)}\n`)
    writeFileSync(join(directory, 'selftest.html'), selftestPage(report))
  } catch (thrown) {
    throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while writing the results of the selftest to ${directory}: ${messageOf(thrown)}`, { cause: thrown, exitCode: exitCodes.internal })
  }
}

export function tellDefect(result: DefectResult, say: Say): void {
  for (const text of [`${isSharp(result) ? 'ok  ' : 'BAD '} ${line(result)}`, ...told(result.reasons), ...told(result.unconfirmed ?? {}, 'failed beside other runs, passed alone: ')]) say(text)
}

export function tellClean({ outcomes, notPassed, reasons }: CleanResult, say: Say): void {
  const count = Object.keys(outcomes).length
  say(`${notPassed.length === 0 ? 'ok  ' : 'BAD '} without a defect: ${count - notPassed.length} of ${count} requirements passed${notPassed.length === 0 ? '' : `, not: ${notPassed.join(', ')}`}`)
  for (const text of told(reasons)) say(text)
}

const told = (reasons: Readonly<Record<string, string>>, how = ''): string[] => Object.entries(reasons).map(([id, reason]) => `     ${id}: ${how}${reason}`)

const line = (one: DefectResult): string =>
  `${one.id.padEnd(32)} ${one.requirement} ${one.detected ? 'detected' : `NOT DETECTED (${one.outcomes[one.requirement] ?? 'not run'})`}` +
  `${one.unexpected.length === 0 ? '' : `, unexpected: ${one.unexpected.join(', ')}`}  ${Math.round(one.durationMs / 1_000)} s${one.attempts > 1 ? ', second attempt, alone' : ''}`

interface Conclusion {
  /** How many defects were to be run. */
  readonly wanted: number
  readonly results: readonly DefectResult[]
  readonly clean: CleanResult | null
  readonly say: Say
}
/** Says what came out; the exit code. */
export function conclude({ wanted, results, clean, say }: Conclusion): number {
  const bad = results.filter((one) => !isSharp(one))
  say(`${results.length - bad.length} of ${wanted} defects were detected by their own check with nothing unexpected`)
  if (bad.length > 0) say(`not: ${bad.map((one) => one.id).join(', ')}`)
  if (clean !== null && clean.notPassed.length > 0) say(`without a defect these were not passed: ${clean.notPassed.join(', ')}`)
  const unconfirmed = unconfirmedIn(results)
  if (unconfirmed > 0) say(`failures beside other runs that passed alone: ${unconfirmed}${unconfirmed > unconfirmedMax ? `, more than the ${unconfirmedMax} that a busy machine explains` : ''}`)
  const unwritten = results.filter((one) => one.unwritten)
  if (unwritten.length > 0) say(`run.json could not be written: ${unwritten.map((one) => one.id).join(', ')}`)
  if (unwritten.length > 0) return exitCodes.internal
  return bad.length > 0 || unconfirmed > unconfirmedMax || (clean !== null && clean.notPassed.length > 0) ? exitCodes.requirementFailed : exitCodes.ok
}
