import { join } from 'node:path'
import type { Driver } from '../../core/driver.js'
import type { RequirementId } from '../../core/requirement.js'
import type { RunReport } from '../../core/run-report.js'
import type { SpareLane } from '../../engine/lanes.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { makeRunDirectory } from '../../engine/run-directory.js'
import { suites } from '../../suites/index.js'
import { conductRun } from '../conduct-run.js'
import type { Interruption } from '../interruption.js'
import type { JudgingThread } from '../judging-thread.js'
import type { NamingReporter } from '../live-reporter.js'
import { referenceDescriptor } from '../package-files.js'
import { newRunId } from '../run-id.js'

export interface SelftestContext {
  readonly directory: string
  /** `{shared}` of all its runs. */
  readonly sharedDirectory: string
  readonly randomSeed: number
  readonly driver: Driver
  readonly interruption: Interruption
  /** Of all its runs: some are side by side. */
  readonly judge: JudgingThread['judge']
  readonly say: (text: string) => void
}

export interface OnceOptions {
  readonly only: ReadonlySet<RequirementId>
  /** Folder of the run in the folder of the selftest. */
  readonly folder: string
  readonly defect?: string
  readonly parallel: number
  readonly spare?: SpareLane | undefined
}

/** One run of the reference service in the quick profile. */
export async function runOnce(context: SelftestContext, { only, folder, defect, parallel, spare }: OnceOptions): Promise<RunReport> {
  const { driver, judge } = context
  const descriptorPath = referenceDescriptor()
  const warnings: NamingReporter = { onEvent: (event) => event.type === 'warning' && context.say(`     ${event.message}`), close: () => {}, nameFiles: () => {} }
  const runId = newRunId()
  return conductRun({
    service: loadDescriptor(descriptorPath),
    descriptorPath,
    driver,
    suites,
    profile: 'quick',
    allow: 'destructive',
    only,
    requiredLevel: null,
    parallel,
    spare,
    randomSeed: context.randomSeed,
    runId,
    runDirectory: makeRunDirectory(runId, join(context.directory, folder)),
    environment: defect === undefined ? {} : { SEAWORTHY_DEFECT: defect },
    reproduceWith: defect === undefined ? '' : `--defect ${defect}`,
    sharedDirectory: context.sharedDirectory,
    interruption: context.interruption,
    live: warnings,
    reporters: [],
    judge,
  })
}
