import { exitCodes } from '../../core/errors.js'
import type { DefectResult } from '../../core/selftest-report.js'
import { requirementsFor, type SelectedDefect } from './defect-selection.js'
import { runOnce, type SelftestContext } from './run-once.js'

const attemptsMax = 2

/**
 * Runs every defect, some side by side. One whose own requirement came out `inconclusive` may have been disturbed by its neighbours, so it is
 * run once more alone when the others have ended, and says so. One that came out `passed` is never tried again.
 */
export async function runDefects(defects: readonly SelectedDefect[], context: SelftestContext & { readonly lanes: number; readonly onResult: (result: DefectResult) => void }): Promise<readonly DefectResult[]> {
  const results = new Map<string, DefectResult>()
  const queue = [...defects]
  const again: SelectedDefect[] = []
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !context.interruption.signal.aborted; next = queue.shift()) {
      const result = await runDefect(next, context, 1)
      if (isDisturbed(result)) again.push(next)
      else {
        results.set(result.id, result)
        context.onResult(result)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(context.lanes, defects.length) }, lane))
  for (const one of again) {
    if (context.interruption.signal.aborted) break
    const result = await runDefect(one, context, attemptsMax)
    results.set(result.id, result)
    context.onResult(result)
  }
  return defects.flatMap(({ defect }) => results.get(defect.id) ?? [])
}

const isDisturbed = ({ detected, requirement, outcomes }: DefectResult): boolean =>
  !detected && (outcomes[requirement] === 'inconclusive' || outcomes[requirement] === 'error')

async function runDefect(selected: SelectedDefect, context: SelftestContext, attempts: number): Promise<DefectResult> {
  const { defect, requirement } = selected
  const only = requirementsFor(selected)
  const startedAt = performance.now()
  const folder = attempts === 1 ? defect.id : `${defect.id}-${attempts}`
  const report = await runOnce(context, { only, folder, defect: defect.id, parallel: 1 })
  const judged = report.requirements.filter((one) => only.has(one.id))
  const failed = judged.filter((one) => one.outcome === 'failed' || one.outcome === 'missing').map((one) => one.id)
  const allowed = new Set<string>([requirement.id, ...(defect.mayFire ?? requirement.mayFire)])
  const detected = judged.some((one) => one.id === requirement.id && one.outcome === 'failed')
  const unexpected = failed.filter((id) => !allowed.has(id))
  const puzzling = judged.filter((one) => (one.id === requirement.id && !detected) || unexpected.includes(one.id))
  const unwritten = report.exitCode === exitCodes.internal && report.status !== 'crashed'
  return {
    id: defect.id,
    requirement: requirement.id,
    detected,
    failed,
    unexpected,
    reasons: Object.fromEntries(puzzling.map((one) => [one.id, one.summary])),
    outcomes: Object.fromEntries(judged.map((one) => [one.id, one.outcome])),
    run: folder,
    attempts,
    durationMs: Math.round(performance.now() - startedAt),
    ...(unwritten ? { unwritten } : {}),
  }
}
