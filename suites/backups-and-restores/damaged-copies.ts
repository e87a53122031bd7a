import type { ApartDeployment, CopyDamage, ScenarioContext } from '../../core/scenario.js'
import { addressee } from './operations.js'
import { digestOf, type Known } from './read-back.js'
import type { TakenBackup } from './take-backup.js'
import { interventions } from './vocabulary.js'

/** Observation `damaged-copy` of target variant: one damaged copy, and what the restored state was after it was offered. */
export interface DamagedCopy {
  readonly variant: string
  readonly damage: CopyDamage
  /** Whether the known data of the target are still as before; null when they could not be read. Only looked at when a copy was accepted, and after the last. */
  readonly unchanged: boolean | null | 'not looked at'
}
export const goodLabel = 'good'
export const lastLook = 'after-all'
export const variantNames = (flips: number): readonly string[] => ['empty', 'cut-to-90-percent', 'cut-by-one-byte', ...Array.from({ length: flips }, (_, index) => `flip-${index + 1}`)]
const redrawsMax = 5
export const isFlip = (variant: string): boolean => variant.startsWith('flip-')

/**
 * Offers damaged copies of a good backup to verification and restore, in a target that holds the good one. A copy whose flipped bit turned out to
 * be without consequence is replaced by another one.
 */
export async function offerDamagedCopies(context: ScenarioContext, apart: ApartDeployment, { backup, known, variants }: { readonly backup: TakenBackup; readonly known: Known; readonly variants: readonly string[] }): Promise<void> {
  const bytes = backup.artifact?.bytes ?? 0
  if (bytes < 10) return
  const before = await digestOf(context, apart.name, known)
  await verify(context, goodLabel, backup.path)
  for (const variant of variants) {
    for (let draw = 0; draw <= redrawsMax; draw++) {
      const label = draw === 0 ? variant : `${variant}-again-${draw}`
      const damage = damageOf(variant, bytes, () => context.random())
      const path = await context.files.damagedCopy(backup.path, `${label}.damaged`, damage)
      await verify(context, label, path)
      const accepted = await restore(context, apart, label, path)
      const after = accepted ? await digestOf(context, apart.name, known) : undefined
      const unchanged = accepted ? same(before, after) : 'not looked at'
      context.observe('damaged-copy', label, { variant, damage, unchanged } satisfies DamagedCopy)
      if (!(isFlip(variant) && unchanged === true)) break
    }
  }
  context.observe('damaged-copy', lastLook, { variant: lastLook, damage: { kind: 'cut', toBytes: bytes }, unchanged: same(before, await digestOf(context, apart.name, known)) } satisfies DamagedCopy)
}

const same = (before: string | undefined, after: string | undefined): boolean | null => (before === undefined || after === undefined ? null : before === after)

function damageOf(variant: string, bytes: number, random: () => number): CopyDamage {
  if (variant === 'empty') return { kind: 'cut', toBytes: 0 }
  if (variant === 'cut-to-90-percent') return { kind: 'cut', toBytes: Math.floor(bytes * 0.9) }
  if (variant === 'cut-by-one-byte') return { kind: 'cut', toBytes: bytes - 1 }
  return { kind: 'flip-bit', atByte: Math.floor(random() * bytes), bit: Math.floor(random() * 8) }
}

async function verify(context: ScenarioContext, label: string, path: string): Promise<void> {
  const procedure = context.service.backup?.verify
  if (procedure !== undefined) await context.control.perform(procedure, { name: interventions.verify, target: addressee(procedure), label, values: { file: path } })
}

async function restore(context: ScenarioContext, apart: ApartDeployment, label: string, path: string): Promise<boolean> {
  const procedure = context.service.backup?.restoreIsolated
  if (procedure === undefined) return false
  return (await context.control.perform(procedure, { name: interventions.isolated, target: apart.name, label: `damaged-${label}`, values: { file: path } })).ok
}
