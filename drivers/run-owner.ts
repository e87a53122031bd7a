import { hostname } from 'node:os'
import { isAlive, processStartTime } from '../operating-system/process-table.js'

/** The process of a run that has something which others could take as well, as it is written on that. */
export interface Owner {
  readonly host: string
  readonly pid: number
  readonly startTime: string
}

export const ownOwner = (): Owner => ({ host: hostname(), pid: process.pid, startTime: processStartTime(process.pid) ?? '' })

export const ownerText = ({ pid, host }: Owner): string => `process ${pid} on ${host}`

/** Undefined for one that cannot be read: nobody may be taken for dead because of that. */
export function parseOwner(text: string | undefined): Owner | undefined {
  try {
    const { host, pid, startTime } = JSON.parse(text ?? '') as Partial<Owner>
    return typeof host === 'string' && typeof pid === 'number' && typeof startTime === 'string' ? { host, pid, startTime } : undefined
  } catch {
    return undefined
  }
}

/** Only of a process of this machine anybody can say so. */
export const isDead = (owner: Owner | undefined): boolean => owner !== undefined && owner.host === hostname() && !isAlive(owner.pid, owner.startTime)

/** What became of the claim of a run that is to be cleaned up. */
export interface CleanedClaim {
  /** 'kept': a run has it that lives, or may live on another machine. */
  readonly state: 'nothing' | 'released' | 'kept'
  readonly workload: string
  readonly runId?: string
  readonly owner?: string
}
