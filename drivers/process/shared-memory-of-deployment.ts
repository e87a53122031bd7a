import { statSync } from 'node:fs'
import { readProcessRecord } from '../../operating-system/process-record.js'
import { removeOrphanedSharedMemory, removeUnmappedSharedMemory, sharedMemoryKeysOf } from '../../operating-system/shared-memory.js'
import type { DeploymentFolders } from './deployment-folders.js'

/** Shared memory that the services of a deployment left: it is memory, so it does not survive a loss of power. */
export async function removeSharedMemory(folders: DeploymentFolders): Promise<void> {
  const { processes, sharedMemoryFiles } = readProcessRecord(folders.processRecord)
  const since = { sinceMs: statSync(folders.root).birthtimeMs }
  await removeOrphanedSharedMemory(new Set(processes.map(({ pid }) => pid)), { ...since, keys: sharedMemoryKeysOf(folders.root) })
  removeUnmappedSharedMemory(new Set(sharedMemoryFiles), since)
}
