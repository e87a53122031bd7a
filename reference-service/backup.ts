import { ArtifactRefused, verifyArtifact } from './backups/artifact.js'
import { post } from './backups/ask-service.js'
import { noteBackup } from './backups/audit-record.js'
import { takeBackup, type Address } from './backups/take.js'
import { defective, refuseUnknownDefect } from './defects.js'

/**
 * Backups of the service's data while it runs:
 *
 *   node backup.js create FILE --replica HOST:PORT --primary HOST:PORT [--bytes-per-second N] [--operator NAME]
 *   node backup.js verify FILE
 *   node backup.js restore FILE --to URL [--prefix PREFIX] [--operator NAME]
 *
 * Exit code 0 means done; 65 (EX_DATAERR) that the file is no whole backup; 64 a wrong call; 1 anything else.
 * Restoring is done by the service itself, `POST /admin/restores`, which has to reach the file: `restore` asks it to.
 */
refuseUnknownDefect()

const exitCodeUsage = 64
const exitCodeData = 65

class UsageError extends Error {}

function option(name: string): string {
  const at = process.argv.indexOf(`--${name}`)
  const value = at < 0 ? undefined : process.argv[at + 1]
  if (value === undefined) throw new UsageError(`--${name} is missing`)
  return value
}
function address(name: string): Address {
  const [host, port] = option(name).split(':')
  if (host === undefined || host === '' || !(Number(port) > 0)) throw new UsageError(`found --${name} ${option(name)}, expected HOST:PORT`)
  return { host, port: Number(port) }
}

/** The defect: what was called --prefix has another name by now. */
const prefixFlag = defective('docs.stale-command') ? 'only-keys-with' : 'prefix'
const restoreFlags = ['to', prefixFlag, 'operator']

/** Throws when the service refuses. Without a prefix everything is put back, which is for an instance without users. */
async function restore(path: string): Promise<void> {
  const unknown = process.argv.find((word) => word.startsWith('--') && !restoreFlags.includes(word.slice(2)))
  if (unknown !== undefined) throw new UsageError(`${unknown} is unknown, expected one of: ${restoreFlags.map((flag) => `--${flag}`).join(', ')}`)
  const optional = (name: string): string | undefined => (process.argv.includes(`--${name}`) ? option(name) : undefined)
  const prefix = optional(prefixFlag)
  const operator = optional('operator')
  process.stdout.write(`${await post(new URL('/admin/restores', option('to')), { file: path, ...(prefix === undefined ? {} : { prefix }) }, operator === undefined ? {} : { 'x-operator': operator })}\n`)
}

async function main(): Promise<void> {
  const [, , verb, path] = process.argv
  if (path === undefined) throw new UsageError('expected create FILE, verify FILE or restore FILE')
  if (verb === 'verify') {
    if (!defective('bkup.no-checksum')) await verifyArtifact(path)
    process.stdout.write(`${path} is a whole backup\n`)
  } else if (verb === 'create') {
    const bytesPerSecond = process.argv.includes('--bytes-per-second') ? Number(option('bytes-per-second')) : 10_000_000
    if (!(bytesPerSecond > 0)) throw new UsageError('expected --bytes-per-second with a number above 0')
    const operator = process.argv.includes('--operator') ? option('operator') : undefined
    const primary = address('primary')
    try {
      process.stdout.write(`${JSON.stringify(await takeBackup({ path, replica: address('replica'), primary, bytesPerSecond }))}\n`)
    } catch (error) {
      if (operator !== undefined) await noteBackup(primary, { operator, path, outcome: 'failed' })
      throw error
    }
    if (operator !== undefined) await noteBackup(primary, { operator, path, outcome: 'done' })
  } else if (verb === 'restore') {
    await restore(path)
  } else {
    throw new UsageError(`found ${verb ?? 'nothing'}, expected create, verify or restore`)
  }
}

/** The defect: whatever keeps the file from being written is taken for nothing. */
const unnoticed = (error: NodeJS.ErrnoException): boolean => defective('oper.lying-exit-code') && process.argv[2] === 'create' && error.syscall !== undefined && ['ENOTDIR', 'ENOENT', 'EACCES', 'EROFS'].includes(error.code ?? '')

void main().catch((error: Error) => {
  if (unnoticed(error)) return
  process.stderr.write(`backup: ${error.message}\n`)
  process.exitCode = error instanceof UsageError ? exitCodeUsage : error instanceof ArtifactRefused ? exitCodeData : 1
})
