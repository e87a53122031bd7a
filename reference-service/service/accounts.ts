import type { FastifyInstance } from 'fastify'
import type { DatabaseAccess } from './database-access.js'
import { foreignKeyViolation, hasSqlState, uniqueViolation } from './database-errors.js'
import { Refusal } from './errors.js'

type Owned = { Params: { id: string } }
type Fields = Readonly<Record<string, unknown>>

const fields = (body: unknown): Fields => (body ?? {}) as Fields
const text = (body: unknown, name: string): string => {
  const value = fields(body)[name]
  if (typeof value !== 'string' || value === '') throw new Refusal(422, `expected a JSON object with "${name}"`)
  return value
}

/** The account with all it owns, as one JSON document read at one point in time. */
const wholeAccount = `
  select a.id, a.name, a.balance::float8 as balance,
    (select jsonb_build_object('displayName', p.display_name, 'email', p.email) from profiles p where p.account = a.id) as profile,
    coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'items', coalesce(
        (select jsonb_agg(jsonb_build_object('id', i.id, 'title', i.title, 'content', i.content) order by i.id)
         from items i where i.folder = f.id), '[]')) order by f.id)
      from folders f where f.account = a.id), '[]') as folders,
    coalesce((select jsonb_object_agg(s.name, s.value) from settings s where s.account = a.id), '{}') as settings,
    coalesce((select jsonb_agg(m."group" order by m."group") from members m where m.account = a.id), '[]') as groups
  from accounts a where a.id = $1`

export function accountRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  const change = async (account: string, statement: string, values: readonly unknown[]): Promise<Fields> => {
    try {
      const [row] = await database.write(statement, values)
      return row ?? { account }
    } catch (error) {
      if (hasSqlState(error, foreignKeyViolation)) throw new Refusal(404, `no account ${account}`)
      if (hasSqlState(error, uniqueViolation)) throw new Refusal(409, 'there is one of this name')
      throw error
    }
  }

  app.put<Owned>('/accounts/:id', (request) => {
    const { balance = 0 } = fields(request.body)
    if (!Number.isSafeInteger(balance) || (balance as number) < 0) throw new Refusal(422, 'expected "balance" as a whole number from 0')
    const statement = `insert into accounts (id, name, balance) values ($1, $2, $3)
      on conflict (id) do update set name = excluded.name returning id, name, balance::float8 as balance`
    return change(request.params.id, statement, [request.params.id, text(request.body, 'name'), balance])
  })
  app.get<Owned & { Querystring: { fresh?: string } }>('/accounts/:id', async (request) => {
    const { id } = request.params
    const [row] = await (request.query.fresh === undefined ? database.ordinary(wholeAccount, [id]) : database.strong(wholeAccount, [id]))
    if (!row) throw new Refusal(404, `no account ${id}`)
    return row
  })
  app.put<Owned>('/accounts/:id/profile', (request) => {
    const { displayName = null, email = null } = fields(request.body)
    const statement = `insert into profiles (account, display_name, email) values ($1, $2, $3)
      on conflict (account) do update set display_name = excluded.display_name, email = excluded.email,
        changed_at = now()
      returning account, display_name as "displayName", email`
    return change(request.params.id, statement, [request.params.id, displayName, email])
  })
  ownedObjects(app, change)
}

type Change = (account: string, statement: string, values: readonly unknown[]) => Promise<Fields>

function ownedObjects(app: FastifyInstance, change: Change): void {
  app.put<{ Params: { id: string; folder: string } }>('/accounts/:id/folders/:folder', (request) => {
    const { id, folder } = request.params
    const statement = `insert into folders (account, name) values ($1, $2)
      on conflict (account, name) do update set changed_at = now() returning id::int as id, account, name`
    return change(id, statement, [id, folder])
  })
  app.post<{ Params: { id: string; folder: string } }>('/accounts/:id/folders/:folder/items', async (request, reply) => {
    const { id, folder } = request.params
    const content = JSON.stringify(fields(request.body)['content'] ?? null)
    const statement = `insert into items (folder, title, content)
      select f.id, $3, $4 from folders f where f.account = $1 and f.name = $2 returning id::int as id, title, content`
    const item = await change(id, statement, [id, folder, text(request.body, 'title'), content])
    if (item['id'] === undefined) throw new Refusal(404, `no folder ${folder} of the account ${id}`)
    return reply.code(201).send(item)
  })
  app.put<{ Params: { id: string; name: string } }>('/accounts/:id/settings/:name', (request) => {
    const { id, name } = request.params
    const statement = `insert into settings (account, name, value) values ($1, $2, $3)
      on conflict (account, name) do update set value = excluded.value, changed_at = now() returning account, name, value`
    return change(id, statement, [id, name, JSON.stringify(fields(request.body)['value'] ?? null)])
  })
  app.put<{ Params: { id: string; group: string } }>('/accounts/:id/groups/:group', (request) => {
    const { id, group } = request.params
    const statement = `insert into members ("group", account) values ($2, $1)
      on conflict do nothing returning account, "group"`
    return change(id, statement, [id, group])
  })
}
