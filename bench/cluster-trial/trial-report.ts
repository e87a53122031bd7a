import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFields } from './manifests.js'

export interface Outcome {
  readonly outcome: string
  readonly summary: string
}

/** Requirement ids and what became of each in the run of this folder; undefined where there is no report. */
export function outcomesIn(folder: string): ReadonlyMap<string, Outcome> | undefined {
  const file = join(folder, 'run.json')
  if (!existsSync(file)) return undefined
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const requirements: readonly unknown[] = isFields(report) && Array.isArray(report['requirements']) ? report['requirements'] : []
  return new Map(
    requirements.flatMap((one) => {
      if (!isFields(one) || typeof one['id'] !== 'string' || typeof one['outcome'] !== 'string') return []
      return [[one['id'], { outcome: one['outcome'], summary: typeof one['summary'] === 'string' ? one['summary'] : '' }] as const]
    }),
  )
}
