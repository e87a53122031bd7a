import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeStandby, overReplication } from './base-backup.js'
import { copyFolder } from './cluster-template.js'
import type { RunAs } from './run-as.js'

export interface StandbyOptions {
  readonly template: string
  readonly primary: { readonly host: string; readonly port: number }
  /** Must not exist; a whole cluster afterwards, or nothing. */
  readonly directory: string
  readonly owner: RunAs
}

/** Half of what a primary keeps for those that were away (`wal_keep_size`): everything since the empty cluster is still there. */
const positionMax = 64 * 1_048_576

/**
 * A standby from the empty cluster that its primary began as: everything since then comes over as it does for a standby that was away. Cheaper than
 * a base backup, for which the primary has to write out all it holds first. False where that is not what the primary began as, or it has gone on for
 * long since; then a base backup it must be. Throws while the primary cannot be asked.
 */
export async function fromTemplate({ template, primary, directory, owner }: StandbyOptions): Promise<boolean> {
  if (!existsSync(template)) return false
  const { rows } = await overReplication(primary, (client) => client.query<{ systemid: string; timeline: string | number; xlogpos: string }>('IDENTIFY_SYSTEM'))
  if (!isFollowedBy(rows[0], identifierOf(template))) return false
  try {
    await copyFolder(template, directory)
    makeStandby(directory, owner)
    return true
  } catch {
    rmSync(directory, { recursive: true, force: true }) // it only spares time
    return false
  }
}

/** Another timeline: it was promoted since, and the history of that is not in the template. */
export function isFollowedBy(primary: { readonly systemid: string; readonly timeline: string | number; readonly xlogpos: string } | undefined, identifier: bigint): boolean {
  return primary !== undefined && BigInt(primary.systemid) === identifier && Number(primary.timeline) === 1 && positionOf(primary.xlogpos) < positionMax
}

const positionOf = (text: string): number => {
  const [high = '', low = ''] = text.split('/')
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16)
}

/** The first field of pg_control, in the byte order of the machine: little-endian on all that PostgreSQL is packaged for here. */
export const identifierOf = (cluster: string): bigint => readFileSync(join(cluster, 'global', 'pg_control')).readBigUInt64LE(0)
