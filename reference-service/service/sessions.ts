import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { Refusal } from './errors.js'

type Session = { readonly token: string; readonly owner: string | null; readonly steps: number }

/** Work that is begun on one replica and continued on any other. */
interface SessionStore {
  open(owner: string | null): Promise<Session>
  find(token: string): Promise<Session | undefined>
  step(token: string): Promise<Session | undefined>
}

class DatabaseSessionStore implements SessionStore {
  constructor(private readonly database: DatabaseAccess) {}

  async open(owner: string | null): Promise<Session> {
    const session = { token: randomUUID(), owner, steps: 0 }
    await this.database.write('insert into sessions (token, owner) values ($1, $2)', [session.token, owner])
    return session
  }
  async find(token: string): Promise<Session | undefined> {
    // From the primary: a step that was just taken on another replica must be seen.
    return (await this.database.strong<Session>('select token, owner, steps from sessions where token = $1', [token]))[0]
  }
  async step(token: string): Promise<Session | undefined> {
    const statement = 'update sessions set steps = steps + 1 where token = $1 returning token, owner, steps'
    return (await this.database.write<Session>(statement, [token]))[0]
  }
}

/** The defect rdnd.local-state. */
class LocalSessionStore implements SessionStore {
  private readonly sessions = new Map<string, Session>()

  open(owner: string | null): Promise<Session> {
    const session = { token: randomUUID(), owner, steps: 0 }
    this.sessions.set(session.token, session)
    return Promise.resolve(session)
  }
  find(token: string): Promise<Session | undefined> {
    return Promise.resolve(this.sessions.get(token))
  }
  step(token: string): Promise<Session | undefined> {
    const session = this.sessions.get(token)
    if (session) this.sessions.set(token, { ...session, steps: session.steps + 1 })
    return this.find(token)
  }
}

export function sessionRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  const sessions = defective('rdnd.local-state') ? new LocalSessionStore() : new DatabaseSessionStore(database)
  const found = (session: Session | undefined): Session => {
    if (!session) throw new Refusal(404, 'no such session')
    return session
  }

  app.post('/sessions', async (request, reply) => {
    const { owner } = (request.body ?? {}) as { owner?: unknown }
    return reply.code(201).send(await sessions.open(typeof owner === 'string' ? owner : null))
  })
  app.get<{ Params: { token: string } }>('/sessions/:token', async (request) => found(await sessions.find(request.params.token)))
  app.post<{ Params: { token: string } }>('/sessions/:token/steps', async (request) => found(await sessions.step(request.params.token)))
}
