import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, lstatSync, openSync, readdirSync, realpathSync, writeSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { DeploymentControls, FileDamage } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import type { UnitWorld } from './deployment-world.js'
import type { SupervisorAccess } from './machine-protocol.js'
import { notDone } from './not-done.js'

type DataFiles = Pick<Required<DeploymentControls>, 'listDataFiles' | 'damageDataFile'>

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
      // A pattern that searches on from its last match would leave out every other file.
      const matching = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
      return filesBelow(await folderOf(target, 'listing the files of')).filter(({ path }) => matching.test(path))
    },
    async damageDataFile(target, path, damage) {
      const folder = await folderOf(target, 'damaging a file of')
      const file = fileInside(folder, path)
      if (typeof file !== 'string') throw notDone(`damaging ${path} of ${target}`, file.problem)
      const problem = damageOrProblem(file, damage)
      if (problem !== null) throw notDone(`damaging ${path} of ${target}`, problem)
    },
  }
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
function fileInside(folder: string, path: string): string | { readonly problem: string } {
  const file = resolve(folder, path)
  try {
    if (!file.startsWith(folder + sep) || realpathSync(file) !== file) return { problem: 'a path that leads out of the data folder, or over a link' }
    return lstatSync(file).isFile() ? file : { problem: 'no plain file' }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

function damageOrProblem(file: string, damage: FileDamage): string | null {
  try {
    return applyDamage(file, damage)
  } catch (error) {
    return messageOf(error)
  }
}

/** Null when the file is damaged; else why it would not have been, and is as it was. */
function applyDamage(file: string, damage: FileDamage): string | null {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const { size } = fstatSync(descriptor)
    if (damage.kind === 'truncate') {
      if (damage.toBytes < 0 || damage.toBytes >= size) return `a file of ${size} bytes, expected more than ${damage.toBytes}`
      ftruncateSync(descriptor, damage.toBytes)
    } else {
      const from = damage.kind === 'append' ? size : damage.fromByte
      const bytes = damage.kind === 'append' ? damage.bytes : Math.min(damage.bytes, size - from)
      if (from < 0 || bytes <= 0) return `a file of ${size} bytes, and nothing to write from byte ${from} on`
      writeDamage(descriptor, from, bytes)
    }
    fsyncSync(descriptor)
    return null
  } finally {
    closeSync(descriptor)
  }
}

/** No text in UTF-8, and no sensible number of any width. */
const pattern = Buffer.from([0xff, 0xde, 0xad, 0xbe, 0xef])
const chunkBytes = pattern.length * 10_000

function writeDamage(descriptor: number, from: number, bytes: number): void {
  const chunk = Buffer.alloc(Math.min(bytes, chunkBytes), pattern)
  for (let written = 0; written < bytes; ) {
    written += writeSync(descriptor, chunk, written % pattern.length, Math.min(chunk.length - (written % pattern.length), bytes - written), from + written)
  }
}
