import { existsSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/**
 * Why the bundled reference service cannot run below this folder, or undefined. PostgreSQL refuses root, so that root runs it as `nobody`, who must get through every folder
 * above its data. Without this each requirement would come out undecided for a database that never started.
 */
export function noWayForNobody(uid = process.getuid?.(), directory = tmpdir()): string | undefined {
  if (uid !== 0 || !existsSync(directory)) return undefined // what is not there is told where it is to be made
  const closed = withThoseAbove(realpathSync(directory)).findLast((folder) => (statSync(folder).mode & 0o001) === 0)
  return closed === undefined
    ? undefined
    : `PostgreSQL refuses root, and the user nobody, as whom it runs then, cannot get through ${closed} to the folder for temporary files ${directory}: expected one that others may pass (chmod o+x ${closed}), or another TMPDIR`
}

const withThoseAbove = (folder: string): readonly string[] => (dirname(folder) === folder ? [folder] : [folder, ...withThoseAbove(dirname(folder))])
