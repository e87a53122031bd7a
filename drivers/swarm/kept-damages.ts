import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { messageOf } from '../../core/errors.js'
import { fileInside } from '../process/data-files.js'
import { takeDamageBack, type BytesBefore, type DamageFound } from '../process/file-damage.js'

/** A damage that was done in a volume, and what it takes to take it back. */
export interface DamageInVolume extends BytesBefore {
  readonly target: string
  readonly folder: string
  readonly path: string
}

export interface TriedBack {
  readonly damage: DamageInVolume
  /** `changed`: what is there now is the component's own, or the file is gone. */
  readonly found: DamageFound | { readonly problem: string }
}

/** The last one first: each is taken back from a file as it was left by it, and not where the one after it stays. */
export function takeBackInVolume(damages: readonly DamageInVolume[]): TriedBack[] {
  const stays = new Set<string>()
  return [...damages].reverse().map((damage) => {
    const found = stays.has(damage.path) ? { problem: 'a damage that was done after it and stays' } : foundOf(damage)
    if (typeof found !== 'string') stays.add(damage.path)
    return { damage, found }
  })
}

function foundOf({ folder, path, ...before }: DamageInVolume): TriedBack['found'] {
  try {
    const file = fileInside(folder, path)
    if (typeof file === 'string') return takeDamageBack(file, before)
    return /ENOENT/.test(file.problem) ? 'changed' : file
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/**
 * The data of users are for nobody else to read: neither as parameters of a process nor in a file of others. On the disk when this
 * returns, whole or as before. Without damages there is no file.
 */
export function keepDamages(file: string, damages: readonly DamageInVolume[]): void {
  if (damages.length === 0) return rmSync(file, { force: true })
  const made = `${file}.new`
  rmSync(made, { force: true })
  const descriptor = openSync(made, 'wx', 0o600)
  try {
    writeFileSync(descriptor, JSON.stringify(damages))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(made, file)
}

/** None where there is no file: it is removed with the last of them. */
export function keptDamages(file: string): readonly DamageInVolume[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DamageInVolume[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
