import type { Suite } from '../core/scenario.js'
import { suite as accessControls } from './access-controls/index.js'
import { suite as dataImportControls } from './data-import-controls/index.js'
import { suite as configuration } from './configuration/index.js'
import { suite as featureToggles } from './feature-toggles/index.js'
import { suite as backupsAndRestores } from './backups-and-restores/index.js'
import { suite as hotSwaps } from './hot-swaps/index.js'
import { suite as monitoring } from './monitoring/index.js'
import { suite as operationsAsCode } from './operations-as-code/index.js'
import { suite as queueDraining } from './queue-draining/index.js'
import { suite as gracefulDegradation } from './graceful-degradation/index.js'
import { suite as replicatedDatabases } from './replicated-databases/index.js'
import { suite as redundancy } from './redundancy/index.js'
import { suite as softwareUpgrades } from './software-upgrades/index.js'
import { suite as startupAndShutdown } from './startup-and-shutdown/index.js'

/** Every conformance suite, in the order of the checklist. What is not listed here does not exist. */
export const suites: readonly Suite[] = [operationsAsCode, configuration, startupAndShutdown, queueDraining, softwareUpgrades, backupsAndRestores, redundancy, replicatedDatabases, hotSwaps, featureToggles, gracefulDegradation, accessControls, dataImportControls, monitoring]
