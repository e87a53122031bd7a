import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { DeploymentControls } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import type { UnitWorld } from './deployment-world.js'
import { applyDamage, bytesOf } from './file-damage.js'
import type { SupervisorAccess } from './machine-protocol.js'
import { notDone } from './not-done.js'

type DataFiles = Pick<Required<DeploymentControls>, 'listDataFiles' | 'readDataFile' | 'damageDataFile'>

/** The files of a target that is down. Paths are relative to its data folder, with `/` between names. */
export function dataFileControls(world: UnitWorld, power: SupervisorAccess): DataFiles {
  const folderOf = async (target: string, doing: string): Promise<string> => {
    const { name } = world.units.named(target)
    const { state, startIsDue } = await power.machineThatRuns.request('state', { unit: target })
    if (state === 'running') throw notDone(`${doing} ${target}`, 'it running')
    if (startIsDue) throw notDone(`${doing} ${target}`, 'it about to be started again')
    return realpathSync(await world.data.folderOf(name))
  }
  return {
    async listDataFiles(target, pattern) {
      return filesMatching(await folderOf(target, 'listing the files of'), pattern)
    },
    async readDataFile(target, path, region) {
      const file = fileInside(await folderOf(target, 'reading a file of'), path)
      if (typeof file !== 'string') throw notDone(`reading ${path} of ${target}`, file.problem)
      return bytesOf(file, region)
    },
    async damageDataFile(target, path, damage) {
      const folder = await folderOf(target, 'damaging a file of')
      const file = fileInside(folder, path)
      const problem = typeof file === 'string' ? problemOf(() => applyDamage(file, damage)) : file.problem
      if (problem !== null) throw notDone(`damaging ${path} of ${target}`, problem)
    },
  }
}

export function filesMatching(folder: string, pattern: RegExp): readonly { readonly path: string; readonly bytes: number }[] {
  // A pattern that searches on from its last match would leave out every other file.
  const matching = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
  return filesBelow(folder).filter(({ path }) => matching.test(path))
}

/** Plain files only: what a link leads to may lie elsewhere. */
function filesBelow(folder: string, prefix = ''): { readonly path: string; readonly bytes: number }[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}${entry.name}`
    if (entry.isDirectory()) return filesBelow(folder, `${path}/`)
    return entry.isFile() ? [{ path, bytes: lstatSync(join(folder, path)).size }] : []
  })
}

/** The file, when no link and no `..` leads out of the folder on the way to it. */
export function fileInside(folder: string, path: string): string | { readonly problem: string } {
  const file = resolve(folder, path)
  try {
    if (!file.startsWith(folder + sep) || realpathSync(file) !== file) return { problem: 'a path that leads out of the data folder, or over a link' }
    return lstatSync(file).isFile() ? file : { problem: 'no plain file' }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** What it says, or why it could say nothing. */
export function problemOf(work: () => string | null): string | null {
  try {
    return work()
  } catch (error) {
    return messageOf(error)
  }
}
