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

export interface Restored {
  readonly restored: number
  readonly removed: number
}

type Wanted = { readonly file: string } & ({ readonly account: string } | { readonly prefix: string } | { readonly everything: true })

function wantedOf(body: unknown): Wanted {
  const { file, account, prefix } = (body ?? {}) as Partial<Record<string, unknown>>
  if (typeof file !== 'string' || file === '') throw new Refusal(422, 'expected "file", the path of a backup')
  if (account !== undefined && prefix !== undefined) throw new Refusal(422, 'expected one of "account" and "prefix", found both')
  if (typeof account === 'string' && account !== '') return { file, account }
  if (typeof prefix === 'string' && prefix !== '') return { file, prefix }
  if (account !== undefined || prefix !== undefined) throw new Refusal(422, 'expected "account" or "prefix" as a text')
  return { file, everything: true }
}

/**
 * Puts back what a backup holds: one account, the records whose keys begin with a prefix, or everything. Parts are put back while the
 * service works, object by object: what is written during the restore stays. Everything is put back in one transaction, and is for an
 * instance that has no users. The file is read to its end and verified before anything is changed.
 */
export interface RestoreParts {
  readonly audit: AuditLog
  readonly restoreObjectsPerSecond: number
}

export function restoreRoutes(app: FastifyInstance, database: DatabaseAccess, { audit, restoreObjectsPerSecond: objectsPerSecond }: RestoreParts): void {
  const file = ({ body }: { readonly body: unknown }): string => String((body as { file?: unknown } | undefined)?.file ?? '')
  app.post('/admin/restores', audit.of('restore', file), async (request): Promise<Restored> => {
    const wanted = wantedOf(request.body)
    const beganAt = await now(database)
    try {
      if (!defective('bkup.no-checksum')) await verifyArtifact(wanted.file)
    } catch (error) {
      if (error instanceof ArtifactRefused) throw new Refusal(422, `the backup was refused, nothing was changed: ${error.message}`)
      throw error
    }
    const pace = { beganAt, objectsPerSecond, file: wanted.file }
    if ('account' in wanted) return restoreAccount(database, wanted.account, pace)
    if ('prefix' in wanted) return restoreRecords(database, wanted.prefix, pace)
    return restoreEverything(database, wanted.file)
  })

  if (!defective('bkup.restore-needs-downtime')) return
  app.addHook('preHandler', async (request) => {
    if (/^\/(admin|health)\b/.test(request.url)) return
    if (await lockHolds(database, 'maintenance')) throw new Unavailable('the service is in maintenance until the restore is done')
  })
}

/** By the clock of the database, which also stamps every change. */
async function now(database: DatabaseAccess): Promise<string> {
  const [row] = await database.strong<{ now: string }>('select clock_timestamp()::text as now')
  if (row === undefined) throw new Error('the database told no time')
  return row.now
}
