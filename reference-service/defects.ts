import { defects as accessControls } from './defects/access-controls.js'
import { defects as dataImports } from './defects/data-imports.js'
import { defects as backups } from './defects/backups.js'
import { defects as startup } from './defects/startup.js'
import { defects as draining } from './defects/draining.js'
import { defects as redundancy } from './defects/redundancy.js'
import { defects as degradation } from './defects/degradation.js'
import { defects as observability } from './defects/observability.js'
import { defects as monitoring } from './defects/monitoring.js'
import { defects as configuration } from './defects/configuration.js'
import { defects as operations } from './defects/operations.js'
import { defects as hotSwaps } from './defects/hot-swaps.js'
import { defects as toggles } from './defects/toggles.js'
import { defects as upgrades } from './defects/upgrades.js'
import { defects as replicatedDatabases } from './defects/replicated-databases.js'

/**
 * Named defects that can be switched on one at a time with SEAWORTHY_DEFECT. Each breaks one operability
 * requirement on purpose and leaves ordinary steady traffic alone. The faulty code stands where a real service
 * would have the fault and asks `defective('…')`; this file is the only list.
 */
export const defects = [
  ...startup,
  ...draining,
  ...redundancy,
  ...degradation,
  ...monitoring,
  ...observability,
  ...configuration,
  ...operations,
  ...toggles,
  ...backups,
  ...upgrades,
  ...replicatedDatabases,
  ...hotSwaps,
  ...accessControls,
  ...dataImports,
] as const

export type DefectId = (typeof defects)[number]['id']

/** EX_CONFIG of sysexits.h. */
export const exitCodeConfiguration = 78

export class UnknownDefect extends Error {}

/** The defect switched on in `environment`. Throws UnknownDefect, so that a mistyped name cannot look harmless. */
export function activeDefect(environment: NodeJS.ProcessEnv): DefectId | undefined {
  const name = environment['SEAWORTHY_DEFECT']
  if (name === undefined || name === '') return undefined
  const defect = defects.find(({ id }) => id === name)
  if (defect) return defect.id
  throw new UnknownDefect(`SEAWORTHY_DEFECT names the defect "${name}", expected one of: ${defects.map(({ id }) => id).join(', ')}`)
}

/** Whether this defect is switched on in this process. */
export const defective = (id: DefectId): boolean => activeDefect(process.env) === id

/** To be called first by every program: an unknown defect ends it with exit code 78. */
export function refuseUnknownDefect(): void {
  try {
    activeDefect(process.env)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(exitCodeConfiguration)
  }
}
