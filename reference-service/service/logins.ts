import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { foreignKeyViolation, hasSqlState } from './database-errors.js'
import { Refusal } from './errors.js'
import { lockHolds } from './restore-locks.js'

const derive = promisify<string, string, number, { N: number }, Buffer>(scrypt)
const keyBytes = 32
/** 4096: about 10 ms, because a login is answered by a process that serves others too. */
const cost = { N: 4_096 }

const textOf = (body: unknown, name: string): string => {
  const value = ((body ?? {}) as Readonly<Record<string, unknown>>)[name]
  if (typeof value !== 'string' || value === '') throw new Refusal(422, `expected a JSON object with "${name}"`)
  return value
}

/**
 * Accounts log in with a password and get a session. Who sends the session's token as `x-session` acts as that account and may touch no
 * other; without it a request is an operator's.
 */
export function loginRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  app.put<{ Params: { id: string } }>('/accounts/:id/credentials', async (request) => {
    const { id } = request.params
    const salt = randomBytes(16).toString('hex')
    const hash = (await derive(textOf(request.body, 'password'), salt, keyBytes, cost)).toString('hex')
    const statement = `insert into credentials (account, salt, hash) values ($1, $2, $3)
      on conflict (account) do update set salt = excluded.salt, hash = excluded.hash`
    await database.write(statement, [id, salt, hash]).catch((error: unknown) => {
      throw hasSqlState(error, foreignKeyViolation) ? new Refusal(404, `no account ${id}`) : error
    })
    return { account: id }
  })

  app.post('/logins', async (request, reply) => {
    const account = textOf(request.body, 'account')
    const password = textOf(request.body, 'password')
    await refuseWhileLocked(database, account)
    const [known] = await database.strong<{ salt: string; hash: string }>('select salt, hash from credentials where account = $1', [account])
    const hash = await derive(password, known?.salt ?? 'nobody', keyBytes, cost)
    if (known === undefined || !timingSafeEqual(hash, Buffer.from(known.hash, 'hex'))) throw new Refusal(401, 'the account or the password is wrong')
    const token = randomUUID()
    await database.write('insert into sessions (token, owner) values ($1, $2)', [token, account])
    return reply.code(201).send({ token, account })
  })
  app.delete<{ Params: { token: string } }>('/logins/:token', async (request) => {
    const ended = await database.write('delete from sessions where token = $1 returning token', [request.params.token])
    if (ended.length === 0) throw new Refusal(404, 'no such session')
    return { ended: true }
  })

  app.addHook<{ Params: { id?: string } }>('preHandler', async (request) => {
    const token = request.headers['x-session']
    if (token === undefined) return
    const [session] = await database.strong<{ owner: string }>('select owner from sessions where token = $1', [token])
    if (session === undefined) throw new Refusal(401, 'the session has ended')
    if (request.params.id !== undefined && request.params.id !== session.owner) throw new Refusal(403, 'the session belongs to another account')
    await refuseWhileLocked(database, session.owner)
  })
}

/** Only for the defect bkup.account-restore-locks-user. */
async function refuseWhileLocked(database: DatabaseAccess, account: string): Promise<void> {
  if (!defective('bkup.account-restore-locks-user')) return
  if (await lockHolds(database, account)) throw new Refusal(423, 'the account is locked until its restore is done')
}
