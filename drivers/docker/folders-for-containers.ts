import { chmodSync } from 'node:fs'

/** The user of a container is nobody that this machine knows, so the folders it writes to are open; the one above is not. */
export function openToContainers(...folders: readonly string[]): void {
  for (const folder of folders) chmodSync(folder, 0o1777)
}
