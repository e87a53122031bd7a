import { basename } from 'node:path'
import type { DeployOptions } from '../../core/driver.js'
import { ownOwner } from '../run-owner.js'

/** Everything we make in an engine carries these, and nothing without them is ever touched. */
export const runLabel = 'seaworthy.run'
/** The process that made it, see `Owner`: whoever finds it can say whether its run goes on. */
export const ownerLabel = 'seaworthy.owner'
export const deploymentLabel = 'seaworthy.deployment'
export const unitLabel = 'seaworthy.unit'

/** Of the container that holds the network and sends the signals; no unit may be called so. */
export const helperName = 'signals'
/** Of the container that is a machine with an engine of its own. */
export const machineName = 'machine'

export type Placed = Pick<DeployOptions, 'runId' | 'directory'>

export const deploymentName = ({ runId, directory }: Placed): string => `seaworthy-${runId}-${basename(directory)}`
export const objectName = (placed: Placed, what: string): string => `${deploymentName(placed)}-${what}`

export const labelsOf = (placed: Placed, unit?: string): Record<string, string> => ({
  [runLabel]: placed.runId,
  [ownerLabel]: JSON.stringify(ownOwner()),
  [deploymentLabel]: deploymentName(placed),
  ...(unit === undefined ? {} : { [unitLabel]: unit }),
})
