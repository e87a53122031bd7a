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

let own: Owner | undefined
/** The same for as long as this process lives. */
export const ownOwner = (): Owner => (own ??= readOwnOwner())

function readOwnOwner(): Owner {
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
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof startTime !== 'string' || startTime === '') return undefined
    return { host, pid, startTime, ...(typeof pidNamespace === 'string' ? { pidNamespace } : {}) }
  } catch {
    return undefined
  }
}

/** Only of a process of this machine anybody can say so. */
export function isDead(owner: Owner | undefined): boolean {
  if (owner === undefined || owner.host !== hostname()) return false
  const isOfOurs = owner.pidNamespace === undefined || owner.pidNamespace === ownPidNamespace()
  return isOfOurs && !isAlive(owner.pid, owner.startTime) && !mayBeHidden(owner.pid)
}

/** A machine can keep the processes of others from being looked at. That one is there it tells all the same. */
function mayBeHidden(pid: number): boolean {
  if (processStartTime(pid) !== null) return false // it is to be seen, and another one
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** What became of the claim of a run that is to be cleaned up. */
export interface CleanedClaim {
  /** 'kept': a run has it that lives, or may live on another machine. */
  readonly state: 'nothing' | 'released' | 'kept'
  readonly workload: string
  readonly runId?: string
  readonly owner?: string
  /** Of a cluster, that other runs than this one have cordoned for the sake of the workload. */
  readonly nodes?: readonly CleanedNode[]
  /** Of a stack: second ones that were made after it. */
  readonly copies?: readonly CleanedCopy[]
}
export interface CleanedNode {
  readonly node: string
  /** As that of a claim. */
  readonly state: 'released' | 'kept'
  readonly runId: string
  readonly owner: string
}
export interface CleanedCopy {
  readonly runId: string
  readonly state: 'removed' | 'kept'
  readonly owner?: string
  readonly left: readonly string[]
}
