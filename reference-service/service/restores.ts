import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { ArtifactRefused, verifyArtifact } from '../backups/artifact.js'
import { defective } from '../defects.js'
import type { AuditLog } from './audit.js'
import type { DatabaseAccess } from './database-access.js'
import { Refusal, Unavailable } from './errors.js'
import { lockHolds } from './restore-locks.js'
import { restoreAccount } from './restore-account.js'
import { restoreEverything } from './restore-everything.js'
import { restoreRecords } from './restore-records.js'
import { uploadType, withUpload } from './uploaded-backup.js'

export interface Restored {
  readonly restored: number
  readonly removed: number
}

type Part = { readonly account: string } | { readonly prefix: string } | { readonly everything: true }

function partOf({ account, prefix }: Partial<Record<string, unknown>>): Part {
  if (account !== undefined && prefix !== undefined) throw new Refusal(422, 'expected one of "account" and "prefix", found both')
  if (typeof account === 'string' && account !== '') return { account }
  if (typeof prefix === 'string' && prefix !== '') return { prefix }
  if (account !== undefined || prefix !== undefined) throw new Refusal(422, 'expected "account" or "prefix" as a text')
  return { everything: true }
}

/** What would be overlooked would have everything replaced. */
function refuseOthers(query: Record<string, unknown>, known: readonly string[]): void {
  const other = Object.keys(query).find((name) => !known.includes(name))
  if (other !== undefined) throw new Refusal(422, `found the parameter "${other}", expected ${known.length === 0 ? 'none beside a JSON body' : `only "${known.join('" and "')}"`}`)
}

export interface RestoreParts {
  readonly audit: AuditLog
  readonly restoreObjectsPerSecond: number
  /** Where a backup is kept that a request brings. */
  readonly environment: { readonly runDirectory: string }
}

/**
 * Puts back what a backup holds: one account, the records whose keys begin with a prefix, or everything. Parts are put back while the
 * service works, object by object: what is written during the restore stays. Everything is put back in one transaction, and is for an
 * instance that has no users. The file is read to its end and verified before anything is changed. It is the body of the request,
 * or named in it where the service can open it.
 */
export function restoreRoutes(app: FastifyInstance, database: DatabaseAccess, parts: RestoreParts): void {
  void app.register((own, _options, done) => {
    own.addContentTypeParser(uploadType, (_request, payload, parsed) => parsed(null, payload))
    restoreRoute(own, database, parts)
    done()
  })

  if (!defective('bkup.restore-needs-downtime')) return
  app.addHook('preHandler', async (request) => {
    if (/^\/(admin|health)\b/.test(request.url)) return
    if (await lockHolds(database, 'maintenance')) throw new Unavailable('the service is in maintenance until the restore is done')
  })
}

function restoreRoute(app: FastifyInstance, database: DatabaseAccess, { audit, restoreObjectsPerSecond, environment }: RestoreParts): void {
  const target = ({ body }: { readonly body: unknown }): string => (body instanceof Readable ? 'an uploaded backup' : String((body as { file?: unknown } | undefined)?.file ?? ''))
  app.post<{ Querystring: Record<string, unknown> }>('/admin/restores', audit.of('restore', target), ({ body, query }): Promise<Restored> => {
    const restored = (file: string, part: Part): Promise<Restored> => restore(database, { file, part, objectsPerSecond: restoreObjectsPerSecond })
    if (body instanceof Readable) {
      return withUpload(body, { folder: environment.runDirectory }, async (path) => {
        refuseOthers(query, ['account', 'prefix'])
        return restored(path, partOf(query))
      })
    }
    refuseOthers(query, [])
    const { file } = (body ?? {}) as Partial<Record<string, unknown>>
    if (typeof file !== 'string' || file === '') throw new Refusal(422, `expected "file", the path of a backup, or the backup itself as ${uploadType}`)
    return restored(file, partOf(body as Partial<Record<string, unknown>>))
  })
}

async function restore(database: DatabaseAccess, { file, part, objectsPerSecond }: { readonly file: string; readonly part: Part; readonly objectsPerSecond: number }): Promise<Restored> {
  const beganAt = await now(database)
  try {
    if (!defective('bkup.no-checksum')) await verifyArtifact(file)
  } catch (error) {
    if (error instanceof ArtifactRefused) throw new Refusal(422, `the backup was refused, nothing was changed: ${error.message}`)
    throw error
  }
  const pace = { beganAt, objectsPerSecond, file }
  if ('account' in part) return restoreAccount(database, part.account, pace)
  if ('prefix' in part) return restoreRecords(database, part.prefix, pace)
  return restoreEverything(database, file)
}

/** By the clock of the database, which also stamps every change. */
async function now(database: DatabaseAccess): Promise<string> {
  const [row] = await database.strong<{ now: string }>('select clock_timestamp()::text as now')
  if (row === undefined) throw new Error('the database told no time')
  return row.now
}
