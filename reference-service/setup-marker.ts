import { join } from 'node:path'

/** Only for the defect conf.setup-wizard: this file says that somebody has confirmed the setup of the machine. */
export const setupMarker = (machineDirectory: string): string => join(machineDirectory, 'setup-confirmed')
