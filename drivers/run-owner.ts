import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAlive, processStartTime } from '../operating-system/process-table.js'

/** The process of a run that has something which others could take as well, as it is written on that. */
export interface Owner {
  readonly host: string
  readonly pid: number
  readonly startTime: string
  /** In another one of the same machine, as in a container that has its name, the pid says nothing. Undefined where there are none. */
  readonly pidNamespace?: string
}

export function ownOwner(): Owner {
  const pidNamespace = ownPidNamespace()
  return { host: hostname(), pid: process.pid, startTime: processStartTime(process.pid) ?? '', ...(pidNamespace === undefined ? {} : { pidNamespace }) }
}

function ownPidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined // not Linux
  }
}

export const ownerText = ({ pid, host }: Owner): string => `process ${pid} on ${host}`

/** Undefined for one that cannot be read: nobody may be taken for dead because of that. */
export function parseOwner(text: string | undefined): Owner | undefined {
  try {
    const { host, pid, startTime, pidNamespace } = JSON.parse(text ?? '') as Partial<Owner>
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof startTime !== 'string') return undefined
    return { host, pid, startTime, ...(typeof pidNamespace === 'string' ? { pidNamespace } : {}) }
  } catch {
    return undefined
  }
}

/** Only of a process of this machine anybody can say so. */
export function isDead(owner: Owner | undefined): boolean {
  if (owner === undefined || owner.host !== hostname()) return false
  const isOfOurs = owner.pidNamespace === undefined || owner.pidNamespace === ownPidNamespace()
  return isOfOurs && !isAlive(owner.pid, owner.startTime)
}

/** What became of the claim of a run that is to be cleaned up. */
export interface CleanedClaim {
  /** 'kept': a run has it that lives, or may live on another machine. */
  readonly state: 'nothing' | 'released' | 'kept'
  readonly workload: string
  readonly runId?: string
  readonly owner?: string
}
