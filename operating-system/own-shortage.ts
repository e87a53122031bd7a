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

/** Told of each shortage until the returned function is called. */
export function onShortage(listener: (code: string) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
