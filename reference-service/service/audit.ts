import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as pause } from 'node:timers/promises'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { knownCallers } from './known-callers.js'
import { log, logError } from './log.js'

/** An operator who waits for a database that is away waits no longer than this; the record is then written as soon as it can be. */
const writtenWithinMs = 500
const againMs = 1_000
const waitingMax = 1_000
const listedMax = 1_000

interface AuditEntry {
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly outcome: 'done' | 'refused' | 'failed'
}

const insertEntry = 'insert into audit (actor, action, target, outcome, at) values ($1, $2, $3, $4, $5)'

/** Who did what, or tried to. Records are on disk in the primary database before the operator has the answer, and nothing changes them. */
export class AuditLog {
  private readonly waiting: { readonly entry: AuditEntry; readonly at: Date }[] = []

  constructor(private readonly database: DatabaseAccess) {}

  /** Options of a route: one record for each of its answers. */
  of(action: string, targetOf: (request: FastifyRequest) => string): { onSend?: (request: FastifyRequest, reply: FastifyReply, payload: unknown) => Promise<unknown> } {
    if (action === 'toggle' && defective('audt.toggle-unlogged')) return {}
    return {
      onSend: async (request, reply, payload) => {
        const { statusCode } = reply
        await this.write({ actor: actorOf(request), action, target: targetOf(request), outcome: statusCode < 400 ? 'done' : statusCode < 500 ? 'refused' : 'failed' })
        return payload
      },
    }
  }

  private async write(entry: AuditEntry): Promise<void> {
    const at = new Date()
    const written = this.insert(entry, at).then(() => true, (error: Error) => {
      logError('service', 'an audit record could not be written yet', { ...entry, error: error.message })
      if (this.waiting.push({ entry, at }) === 1) void this.writeLater()
      if (this.waiting.length > waitingMax) this.waiting.shift()
      return false
    })
    await Promise.race([written, pause(writtenWithinMs)])
  }

  private async insert({ actor, action, target, outcome }: AuditEntry, at: Date): Promise<void> {
    await this.database.write(insertEntry, [actor, action, target, outcome, at])
  }

  private async writeLater(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      try {
        await this.insert(next.entry, next.at)
        this.waiting.shift()
      } catch {
        await pause(againMs, undefined, { ref: false })
      }
    }
    log('audit records that had to wait were written')
  }
}

/** Who asks: the caller whose key is on the access list where one is in force, else as the proxy that knows operators says it. */
function actorOf(request: FastifyRequest): string {
  if (defective('audt.wrong-actor')) return 'ledger'
  const known = knownCallers.get(request)
  if (known !== undefined) return known
  const given = request.headers['x-operator']
  return typeof given === 'string' && given !== '' ? given : 'unknown'
}

/** Records can be read, the latest first, and nothing else. */
export function auditRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  app.get('/admin/audit', { config: { control: true } }, async () => ({
    records: await database.strong('select id::float8 as id, at, actor, action, target, outcome from audit order by id desc limit $1', [listedMax]),
  }))
}
