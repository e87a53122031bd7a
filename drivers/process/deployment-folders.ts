import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { processRecordName } from '../../operating-system/process-record.js'

/** Where a deployment keeps what. `data` and `machine` survive a reboot, `run` does not. */
export interface DeploymentFolders {
  readonly root: string
  readonly data: string // one folder a unit in it
  readonly machine: string
  readonly unitOverrides: string
  readonly run: string
  readonly logs: string
  readonly processRecord: string
  /** Of all deployments of the run, in no deployment's root. */
  readonly shared: string
}

/** Makes them in an existing folder. */
export function makeFolders(root: string, shared: string, unitNames: readonly string[]): DeploymentFolders {
  const machine = join(root, 'machine')
  const folders = {
    root,
    data: join(root, 'data'),
    machine,
    unitOverrides: join(machine, 'units'),
    run: join(root, 'run'),
    logs: join(root, 'logs'),
    processRecord: join(root, processRecordName),
    shared,
  }
  for (const folder of [shared, folders.unitOverrides, folders.run, folders.logs, ...unitNames.map((name) => dataFolderOf(folders, name))]) {
    mkdirSync(folder, { recursive: true })
  }
  return folders
}

export const dataFolderOf = (folders: Pick<DeploymentFolders, 'data'>, name: string): string => join(folders.data, name)
export const logFileOf = (folders: DeploymentFolders, name: string): string => join(folders.logs, `${name}.log`)

/** What a machine loses with its power. */
export function wipeVolatileState(folders: DeploymentFolders): void {
  rmSync(folders.run, { recursive: true, force: true, maxRetries: 3 })
  mkdirSync(folders.run)
}

/** A new boot id, where a witness can read it as from /proc/sys/kernel/random/boot_id of a real machine. */
export function writeBootId(folders: DeploymentFolders, bootId: string = randomUUID()): string {
  writeFileSync(join(folders.run, 'machine-boot-id'), `${bootId}\n`)
  return bootId
}

/** Value of the marker in the environment of all processes of one deployment: of this run, and told apart within it. */
export const markerOf = (runId: string, directory: string): string => `${runId}/${basename(directory)}`
