import { closeSync, constants, fstatSync, openSync, rmSync, writeFileSync } from 'node:fs'

const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Opens a log file to append to, for a process that is about to be started. Whoever had it before may have put something else in its place: a link would
 * lead what is said, with our rights, into a file that is none of ours, and a pipe without a reader would hold us. That is removed, never followed, and a new
 * file takes its place. Returns the descriptor. Throws what the system says when there can be none.
 */
export function openLog(path: string): number {
  const descriptor = regularFile(path)
  if (descriptor !== undefined) return descriptor
  rmSync(path, { recursive: true, force: true }) // a link itself, not what it leads to
  return openSync(path, flags | constants.O_EXCL, 0o600)
}

function regularFile(path: string): number | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, flags, 0o600)
  } catch (error) {
    // A link; a pipe that nobody reads, or a socket; a folder.
    if (['ELOOP', 'ENXIO', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  const found = fstatSync(descriptor)
  // A device, such as /dev/null, was named by us: nobody puts one in the place of a log, and it must not be removed.
  if (found.isCharacterDevice() || found.isBlockDevice() || (found.isFile() && found.nlink === 1)) return descriptor
  closeSync(descriptor)
  return undefined
}

/** Appends to a file beside those of a service, in the same way. Throws what the system says. */
export function appendTo(path: string, text: string): void {
  const file = openLog(path)
  try {
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}
