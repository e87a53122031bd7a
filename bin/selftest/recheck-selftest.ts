import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { CleanResult, DefectResult, MovedOutcome, SelftestReport } from '../../core/selftest-report.js'
import { isSameFolder, makeFolder } from '../../engine/run-directory.js'
import { readRunInput, readSelftestReport } from '../../engine/saved-run.js'
import { newRunId } from '../run-id.js'
import { selectDefects, type SelectedDefect } from './defect-selection.js'
import { judgeInLanes, type Judge, type JudgedRun } from './judge-in-lanes.js'
import { cleanResult, confirmedBy, defectResult, isDisturbed, undecidedOf, type JudgedRequirement } from './judged-result.js'
import { conclude, tellClean, tellDefect, writeResults } from './tell-results.js'

export interface RecheckSelftestOptions {
  readonly saved: string
  readonly output: string | undefined
  readonly lanes: number
  readonly judgeRuns?: typeof judgeInLanes
}

/** `seaworthy selftest --recheck`: the checks of today on the runs of an earlier selftest. Runs nothing, and changes nothing there. */
export async function recheckSelftest({ saved, output, lanes, judgeRuns = judgeInLanes }: RecheckSelftestOptions): Promise<number> {
  const from = resolve(saved)
  const before = readSelftestReport(from)
  const known = new Map<string, SelectedDefect>(selectDefects(undefined).map((one) => [one.defect.id, one]))
  const selected = before.defects.map(({ id }) => known.get(id) ?? unreadable(from, `it has a defect ${id} that this version does not know`))
  const directory = openOutput(from, output)
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  say(`judging again ${before.defects.length} defects of the selftest in ${from}, begun ${before.startedAt}, without running anything; in ${directory}`)
  const work: readonly ((judge: Judge) => Promise<CleanResult | DefectResult>)[] = [
    ...(before.clean === null ? [] : [(judge: Judge) => cleanAgain(from, before, judge)]),
    ...before.defects.map((then, index) => (judge: Judge) => defectAgain(from, then, { selected: selected[index]!, judge, saved: before })),
  ]
  const judged = await judgeRuns(work, Math.min(lanes, availableParallelism()), (one, judge) => one(judge))
  const clean = judged.find((one): one is CleanResult => !('id' in one)) ?? null
  const defects = judged.filter((one): one is DefectResult => 'id' in one)
  const moved = [...movedOf(null, before.clean, clean), ...defects.flatMap((now, index) => movedOf(now.id, before.defects[index]!, now))]
  if (clean !== null) tellClean(clean, say)
  for (const one of defects) tellDefect(one, say)
  tellMoved(moved, say)
  const placed = <R extends { readonly run: string }>(one: R): R => ({ ...one, run: relative(directory, join(from, one.run)) })
  const { recheck: _, ...rest } = before
  writeResults(directory, { ...rest, clean: clean && placed(clean), defects: defects.map(placed), recheck: { of: relative(directory, from), judgedAt: new Date().toISOString(), moved } })
  const open = notConcluded(from, before)
  if (open.length > 0) say(`begun, and not concluded by that selftest: ${open.join(', ')}`)
  const exitCode = conclude({ wanted: defects.length + open.length, results: defects, clean, say })
  return exitCode === exitCodes.ok && open.length > 0 ? exitCodes.requirementFailed : exitCode
}

function openOutput(from: string, output: string | undefined): string {
  if (output !== undefined && isSameFolder(output, from)) {
    throw new SeaworthyError('SW_OUTPUT_NOT_EMPTY', `while opening the folder ${resolve(output)}: found the saved selftest itself, expected another folder`, {
      hint: 'selftest --recheck changes nothing in a saved selftest: name another folder with --output.',
    })
  }
  return makeFolder(output ?? join('seaworthy-runs', `selftest-${newRunId()}`))
}

/** As the selftest does: only what the first run leaves undecided is taken from the one that was made alone. */
async function cleanAgain(from: string, saved: SelftestReport, judge: Judge): Promise<CleanResult> {
  const then = saved.clean!
  const asked = new Set(Object.keys(then.outcomes))
  const first = (await judgeRun(from, then.run, { judge, defect: null })).requirements.filter(({ id }) => asked.has(id))
  const alone = `${then.run}-2`
  const undecided = new Set(undecidedOf(first))
  if (undecided.size === 0 || !isRun(from, alone, saved)) return cleanResult(first, then.run)
  const second = new Map((await judgeRun(from, alone, { judge, defect: null })).requirements.map((one) => [one.id, one]))
  // What the second run was not asked stays as undecided as it is.
  const decided = (one: JudgedRequirement): JudgedRequirement => (undecided.has(one.id) && second.get(one.id)?.outcome !== 'skipped' ? (second.get(one.id) ?? one) : one)
  return cleanResult(first.map(decided), then.run)
}

/** A first attempt that is decided today counts, as it would have then. */
async function defectAgain(from: string, then: DefectResult, { selected, judge, saved }: { readonly selected: SelectedDefect; readonly judge: Judge; readonly saved: SelftestReport }): Promise<DefectResult> {
  const asked = new Set<string>([...Object.keys(then.outcomes), ...Object.keys(then.unconfirmed ?? {}), ...(then.unexpected ?? []), selected.requirement.id])
  const attempt = async (run: string, attempts: number): Promise<DefectResult> => {
    const { requirements } = await judgeRun(from, run, { judge, defect: then.id })
    return defectResult(selected, requirements.filter(({ id }) => asked.has(id)), { run, attempts, durationMs: then.durationMs })
  }
  if (then.attempts > 1 && isRun(from, then.id, saved)) {
    const first = await attempt(then.id, 1)
    return isDisturbed(first) ? confirmedBy(await attempt(then.run, then.attempts), first) : first
  }
  // Without the first run nobody can judge again what it showed: that stays as it was told.
  const only = await attempt(then.run, then.attempts)
  return then.unconfirmed === undefined ? only : { ...only, unconfirmed: then.unconfirmed }
}

/** A run is believed to be the one with a defect only when it says so itself. */
async function judgeRun(from: string, run: string, { judge, defect }: { readonly judge: Judge; readonly defect: string | null }): Promise<JudgedRun> {
  const judged = await judge(join(from, run))
  const expected = defect === null ? '' : `--defect ${defect}`
  if (judged.reproduceWith !== expected) unreadable(join(from, run), `found a run of ${judged.reproduceWith || 'no defect'}, expected one of ${expected || 'no defect'}`)
  return judged
}

/** Whether there is such a run of that very selftest: its folder may hold runs of an earlier one. */
const isRun = (from: string, run: string, { startedAt }: Pick<SelftestReport, 'startedAt'>): boolean =>
  existsSync(join(from, run, 'run-input.json')) && readRunInput(join(from, run)).startedAt >= startedAt

/** Runs that began and came to no result: a selftest that was interrupted shows less than one that ended. */
function notConcluded(from: string, saved: SelftestReport): readonly string[] {
  const { clean, defects } = saved
  const concluded = new Set([...(clean === null ? [] : [clean.run, `${clean.run}-2`]), ...defects.flatMap(({ id, run }) => [id, run])])
  return readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !concluded.has(entry.name) && isRun(from, entry.name, saved)).map(({ name }) => name)
}

function movedOf(defect: string | null, before: CleanResult | DefectResult | null, now: CleanResult | DefectResult | null): readonly MovedOutcome[] {
  if (before === null || now === null) return []
  return Object.entries(before.outcomes).flatMap(([requirement, outcome]) => {
    const after = now.outcomes[requirement] ?? null
    return after === outcome ? [] : [{ defect, requirement, before: outcome, after, summary: now.reasons[requirement] ?? '' }]
  })
}

function tellMoved(moved: readonly MovedOutcome[], say: (text: string) => void): void {
  say(moved.length === 0 ? 'no outcome moved' : `outcomes that moved: ${moved.length}`)
  for (const one of moved) say(`     ${one.defect ?? 'without a defect'}: ${one.requirement} was ${one.before}, is ${one.after ?? 'not judged'}${one.summary === '' ? '' : `: ${one.summary}`}`)
}

function unreadable(path: string, found: string): never {
  throw new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved selftest: ${found} (${path})`, { hint: 'Name the folder of a selftest that this version can judge.' })
}
