import { readFileSync } from 'node:fs'

/**
 * Shortages of this very process. What fails for want of a descriptor or of memory of ours says nothing about the service: an instance that
 * could not be asked is not unready.
 */
const shortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])
const listeners = new Set<(code: string) => void>()

/** To be called with whatever an attempt of our own failed with; ordinary failures are ignored. */
export function noteShortage(error: { readonly code?: string | undefined } | null | undefined): void {
  const code = error?.code
  if (code === undefined || !shortages.has(code)) return
  for (const listener of listeners) listener(code)
}

/** What this process, or the machine under it, has no more of: descriptors, processes, memory, room on the disk. */
const anyShortage: ReadonlySet<string> = new Set([...shortages, 'EAGAIN', 'ENOSPC', 'EDQUOT', 'ERR_WORKER_OUT_OF_MEMORY'])
export const isShortage = (thrown: unknown): boolean => thrown instanceof Error && anyShortage.has(String((thrown as NodeJS.ErrnoException).code))

/** Who has no file descriptor, process or memory left must not believe that there is nothing to find. */
export function throwShortage(thrown: unknown): void {
  if (isShortage(thrown)) throw thrown
}

/** Told of each shortage until the returned function is called. */
export function onShortage(listener: (code: string) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** How many files this process may have open; undefined where the system does not say so in a file (only Linux does). */
function descriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch (thrown) {
    noteShortage(thrown as NodeJS.ErrnoException)
    return undefined
  }
}
const limitAtStart = descriptorLimit()

/** Set when this process may have fewer files open than when it began: what it has started since may have no more either, and fail for that alone. */
export function loweredDescriptorLimit(): { readonly from: number; readonly to: number } | undefined {
  const now = descriptorLimit()
  return limitAtStart === undefined || now === undefined || now >= limitAtStart ? undefined : { from: limitAtStart, to: now }
}
