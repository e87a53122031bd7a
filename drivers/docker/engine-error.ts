import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'

/** What the engine refused, with its reason. Never the fault of the service: nothing of it was judged. */
export function engineError(doing: string, error: unknown): SeaworthyError {
  if (error instanceof SeaworthyError) return error
  const found = reasonOf(error)
  const { code, hint } = kindOf(found, error)
  return new SeaworthyError(code, `while ${doing}: found ${found}`, { exitCode: exitCodes.notConclusive, cause: error, ...(hint === undefined ? {} : { hint }) })
}

export const statusOf = (error: unknown): number | undefined => (error as { readonly statusCode?: number } | null)?.statusCode

/** That the engine has no such thing, in its own words or in ours. One that does not answer says nothing of that. */
export const saysGone = (error: unknown): boolean => statusOf(error instanceof SeaworthyError ? error.cause : error) === 404

/** Resolves to undefined where the engine has no such thing (any more). */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (saysGone(error)) return undefined
    throw error
  })
}

/** For an order that the engine answers like this where all is so already: what is to be started runs, or what is to be stopped is down. */
export async function unlessSoAlready(ordered: Promise<unknown>): Promise<void> {
  await ordered.catch((error: unknown) => {
    if (statusOf(error) !== 304) throw error
  })
}

function reasonOf(error: unknown): string {
  const { json } = error as { readonly json?: { readonly message?: unknown } | null }
  return typeof json?.message === 'string' ? json.message : messageOf(error)
}

function kindOf(found: string, error: unknown): { readonly code: `SW_${string}`; readonly hint?: string } {
  const { code } = error as NodeJS.ErrnoException
  if (/no such image|pull access denied/i.test(found)) return { code: 'SW_IMAGE_MISSING', hint: 'build it first; for the reference service: seaworthy image build' }
  if (/port is already allocated|address already in use/i.test(found)) return { code: 'SW_PORT_TAKEN', hint: 'another program took the port; run again' }
  if (/no space left/i.test(found)) return { code: 'SW_ENGINE_DISK_FULL', hint: 'docker system df shows what fills the disk of the engine' }
  if (code === 'EACCES' || code === 'EPERM') return { code: 'SW_ENGINE_DENIED', hint: 'this user may not use the socket of the engine' }
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE') return { code: 'SW_ENGINE_GONE', hint: 'the engine does not answer any more' }
  return { code: 'SW_ENGINE' }
}
