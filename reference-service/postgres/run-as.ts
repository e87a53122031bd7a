import { chownSync } from 'node:fs'

/** The user that PostgreSQL runs as; empty: the user of this process. */
export interface RunAs {
  readonly uid?: number
  readonly gid?: number
}

const nobody = 65534

/** PostgreSQL refuses to run as root: root changes to POSTGRES_UID, by default `nobody`. */
export function runAsUser(): RunAs {
  if (process.getuid?.() !== 0) return {}
  const uid = Number(process.env['POSTGRES_UID'] ?? nobody)
  return { uid, gid: uid }
}

export function giveTo(runAs: RunAs, path: string): void {
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(path, runAs.uid, runAs.gid)
}
