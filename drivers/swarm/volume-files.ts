import { realpathSync } from 'node:fs'
import type { DeploymentControls, FileDamage, Journal } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { DataFolder } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { fileInside, filesMatching, problemOf } from '../process/data-files.js'
import { applyDamage, bytesBefore, bytesOf, withTimeLeft } from '../process/file-damage.js'
import { notDone } from '../process/not-done.js'
import { keepDamages, takeBackInVolume, type DamageInVolume } from './kept-damages.js'
import type { TaskPlace } from './task-place.js'

/** No scenario takes more, and what it takes is in memory and in one small file. */
const bytesKeptMax = 65_536

type Controls = Pick<DeploymentControls, 'listDataFiles' | 'readDataFile' | 'damageDataFile' | 'undoDataDamage'>

/**
 * The files of the one component whose data folder is known. Volumes outlive the run: what was damaged is taken back at its end, by
 * its reaper if it dies, unless the component has changed it since.
 */
export class VolumeFiles {
  #damages: readonly DamageInVolume[] = []
  #entry: number | undefined

  /** `keptIn`: a file that outlives the deployment, for as long as a damage is not taken back. */
  constructor(private readonly data: DataFolder | undefined, private readonly journal: Journal, private readonly keptIn: string) {}

  /** `placeOf` throws for a name that is not there. */
  controls(placeOf: (name: string) => TaskPlace): Controls {
    return {
      listDataFiles: async (target, pattern) => filesMatching(this.#folderOf(placeOf(target), `listing the files of ${target}`), pattern),
      readDataFile: async (target, path, region) => {
        const doing = `reading ${path} of ${target}`
        const file = fileInside(this.#folderOf(placeOf(target), doing), path)
        if (typeof file !== 'string') throw notDone(doing, file.problem)
        return bytesOf(file, region)
      },
      damageDataFile: async (target, path, damage) => this.#damage(this.#folderOf(placeOf(target), `damaging ${path} of ${target}`), { target, path, damage }),
      undoDataDamage: async (target) => this.#undo(placeOf(target).name),
    }
  }

  /** At the end; what has been changed by then is the component's own. Throws SW_NOT_RESTORED. */
  takeBack(): void {
    const left = takeBackInVolume(this.#damages).flatMap(({ damage, found }) => (typeof found === 'string' ? [] : [{ damage, ...found }]))
    this.#keep(this.#damages.filter((one) => left.some(({ damage }) => damage === one)))
    const told = left.map(({ damage, problem }) => `${damage.path} in ${damage.folder}: ${problem}`)
    if (told.length > 0) throw new SeaworthyError('SW_NOT_RESTORED', `while taking the damage of files back: found ${told.join('; ')}`, { exitCode: exitCodes.notConclusive })
  }

  /** What became of the last damage is what somebody waits for; those before it are taken back with it where they still can be. */
  #undo(target: string): 'taken-back' | 'repaired' {
    const doing = `taking the damage of ${target} back`
    const tried = takeBackInVolume(this.#damages.filter((one) => one.target === target))
    const settled = new Set(tried.flatMap(({ damage, found }) => (found === 'taken-back' || found === 'repaired' ? [damage] : [])))
    this.#keep(this.#damages.filter((one) => !settled.has(one)))
    const [last] = tried
    if (last === undefined) throw notDone(doing, 'no damage of it that is left')
    const { damage: { path }, found } = last
    if (typeof found !== 'string') throw notDone(doing, `${path}: ${found.problem}`)
    if (found === 'changed') throw notDone(doing, `that ${path} has been changed since`)
    return found
  }

  #folderOf({ name, container, mode }: TaskPlace, doing: string): string {
    const { data } = this
    if (data === undefined || data.component !== name) throw notDone(doing, 'another component than that of data.files')
    if (!('folder' in data)) throw notDone(doing, data.problem)
    if (container !== undefined) throw notDone(doing, 'it running')
    if (mode === 'up') throw notDone(doing, 'it about to be started again')
    return realpathSync(data.folder)
  }

  #damage(folder: string, { target, path, damage }: { readonly target: string; readonly path: string; readonly damage: FileDamage }): void {
    const doing = `damaging ${path} in ${folder}`
    const file = fileInside(folder, path)
    if (typeof file !== 'string') throw notDone(doing, file.problem)
    const before = bytesBefore(file, damage, bytesKeptMax)
    if (before === undefined) throw notDone(doing, `that it would take more than ${bytesKeptMax} bytes, which cannot be put back`)
    const others = this.#damages
    this.#keep([...others, { ...before, target, folder, path }])
    const problem = problemOf(() => applyDamage(file, damage))
    if (problem !== null) throw notDone(doing, problem)
    this.#keep([...others, { ...withTimeLeft(file, before), target, folder, path }])
  }

  /** The file is there before the journal names it, and is named for as long as it is there. */
  #keep(damages: readonly DamageInVolume[]): void {
    keepDamages(this.keptIn, damages)
    this.#damages = damages
    if (damages.length > 0) {
      this.#entry ??= this.journal.record({ kind: 'program', path: ownProgram(import.meta.url, 'restore-volume-file'), parameters: [this.keptIn], what: `damage of files in ${damages[0]?.folder}` })
    } else if (this.#entry !== undefined) {
      this.journal.done(this.#entry)
      this.#entry = undefined
    }
  }
}
