import { realpathSync } from 'node:fs'
import type { DeploymentControls, FileDamage, Journal } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { DataFolder } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { fileInside, filesMatching, problemOf } from '../process/data-files.js'
import { applyDamage, bytesBefore, takeDamageBack, type BytesBefore } from '../process/file-damage.js'
import { notDone } from '../process/not-done.js'
import type { TaskPlace } from './service-places.js'

/** A damage that was done in a volume, and what it takes to take it back. */
export interface DamageInVolume extends BytesBefore {
  readonly folder: string
  readonly path: string
}

/** A longer text is no argument of a program. */
const bytesKeptMax = 65_536

/**
 * The files of the one component whose data folder is known. Volumes outlive the run: what was damaged is taken back at its end, by
 * its reaper if it dies, unless the component has changed it since.
 */
export class VolumeFiles {
  readonly #damages: { readonly damage: DamageInVolume; readonly id: number }[] = []

  constructor(private readonly data: DataFolder | undefined, private readonly journal: Journal) {}

  /** `placeOf` throws for a name that is not there. */
  controls(placeOf: (name: string) => TaskPlace): Pick<DeploymentControls, 'listDataFiles' | 'damageDataFile' | 'undoDataDamage'> {
    return {
      listDataFiles: async (target, pattern) => filesMatching(this.#folderOf(placeOf(target), `listing the files of ${target}`), pattern),
      damageDataFile: async (target, path, damage) => this.#damage(this.#folderOf(placeOf(target), `damaging ${path} of ${target}`), path, damage),
      undoDataDamage: async () => this.takeBack(),
    }
  }

  /** The last one first: each is taken back from a file as it was left by it. Throws SW_NOT_RESTORED. */
  takeBack(): void {
    const left = this.#damages.splice(0).reverse().flatMap(({ damage, id }) => {
      const problem = problemOf(() => takeBackInVolume(damage))
      if (problem === null) this.journal.done(id)
      return problem === null ? [] : [`${damage.path} in ${damage.folder}: ${problem}`]
    })
    if (left.length > 0) throw new SeaworthyError('SW_NOT_RESTORED', `while taking the damage of files back: found ${left.join('; ')}`, { exitCode: exitCodes.notConclusive })
  }

  #folderOf({ name, container, mode }: TaskPlace, doing: string): string {
    const { data } = this
    if (data === undefined || data.component !== name) throw notDone(doing, 'another component than that of data.files')
    if (!('folder' in data)) throw notDone(doing, data.problem)
    if (container !== undefined) throw notDone(doing, 'it running')
    if (mode === 'up') throw notDone(doing, 'it about to be started again')
    return realpathSync(data.folder)
  }

  #damage(folder: string, path: string, damage: FileDamage): void {
    const doing = `damaging ${path} in ${folder}`
    const file = fileInside(folder, path)
    if (typeof file !== 'string') throw notDone(doing, file.problem)
    const before = bytesBefore(file, damage, bytesKeptMax)
    if (before === undefined) throw notDone(doing, `that it would take more than ${bytesKeptMax} bytes, which cannot be put back`)
    const made = { ...before, folder, path }
    const id = this.journal.record({ kind: 'program', path: ownProgram(import.meta.url, 'restore-volume-file'), parameters: [JSON.stringify(made)], what: `damage of ${path} in ${folder}` })
    this.#damages.push({ damage: made, id })
    const problem = problemOf(() => applyDamage(file, damage))
    if (problem !== null) throw notDone(doing, problem)
  }
}

/** Null when nothing of the damage is left, or what is there now is the component's own. A file that is gone is, too. */
export function takeBackInVolume({ folder, path, ...before }: DamageInVolume): string | null {
  const file = fileInside(folder, path)
  if (typeof file !== 'string') return /ENOENT/.test(file.problem) ? null : file.problem
  takeDamageBack(file, before)
  return null
}
