import { exitCodes } from '../../core/errors.js'
import type { DefectResult } from '../../core/selftest-report.js'
import { inLanes } from '../../engine/lanes.js'
import type { Lanes } from '../lanes-of.js'
import { requirementsFor, type SelectedDefect } from './defect-selection.js'
import { confirmedBy, defectResult, isDisturbed } from './judged-result.js'
import { runOnce, type SelftestContext } from './run-once.js'

const attemptsMax = 2

/**
 * Runs every defect, some side by side. One whose own requirement came out `inconclusive`, or with which something else failed, may have been disturbed by
 * its neighbours, where it had any, so it is run once more alone when the others have ended, and says so and what a pass refuted. One that came out `passed` is never tried again.
 */
export async function runDefects(defects: readonly SelectedDefect[], context: SelftestContext & Lanes & { readonly onResult: (result: DefectResult) => void }): Promise<readonly DefectResult[]> {
  const results = new Map<string, DefectResult>()
  const lanes = Math.min(context.parallel, defects.length)
  const again: (readonly [SelectedDefect, DefectResult])[] = []
  await inLanes(defects, { lanes, spare: context.spare, widthOf: () => 1, onThrown: () => context.say('a run broke: waiting for those beside it to end') }, async (next) => {
    if (context.interruption.signal.aborted) return
    const result = await runDefect(next, context, 1)
    if (isDisturbed(result) && (lanes > 1 || !result.detected)) again.push([next, result])
    else {
      results.set(result.id, result)
      context.onResult(result)
    }
  })
  for (const [one, first] of again) {
    // An interrupt takes the second attempt away, and not what the first one found.
    const result = context.interruption.signal.aborted ? first : confirmedBy(await runDefect(one, context, attemptsMax), first)
    results.set(result.id, result)
    context.onResult(result)
  }
  return defects.flatMap(({ defect }) => results.get(defect.id) ?? [])
}

async function runDefect(selected: SelectedDefect, context: SelftestContext, attempts: number): Promise<DefectResult> {
  const { defect } = selected
  const only = requirementsFor(selected)
  const startedAt = performance.now()
  const folder = attempts === 1 ? defect.id : `${defect.id}-${attempts}`
  const report = await runOnce(context, { only, folder, defect: defect.id, parallel: 1 })
  const unwritten = report.exitCode === exitCodes.internal && report.status !== 'crashed'
  return { ...defectResult(selected, report.requirements, { run: folder, attempts, durationMs: Math.round(performance.now() - startedAt) }), ...(unwritten ? { unwritten } : {}) }
}
