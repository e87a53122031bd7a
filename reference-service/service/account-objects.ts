import type { FastifyInstance } from 'fastify'
import type { DatabaseAccess } from './database-access.js'
import { foreignKeyViolation, hasSqlState } from './database-errors.js'
import { Refusal } from './errors.js'

type Row = Record<string, unknown>
type Of<P> = { Params: P; Querystring: { fresh?: string } }
type Item = { id: string; folder: string; title: string }
type Named = { id: string; name: string }

/** Single objects of an account: read, removed, and items written by their title. */
export function accountObjectRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  const read = async ({ fresh, what }: { readonly fresh: string | undefined; readonly what: string }, statement: string, values: readonly unknown[]): Promise<Row> => {
    const [row] = await (fresh === undefined ? database.ordinary(statement, values) : database.strong(statement, values))
    if (!row) throw new Refusal(404, `no ${what}`)
    return row
  }
  const remove = async (what: string, statement: string, values: readonly unknown[]): Promise<Row> => {
    if ((await database.write(statement, values)).length === 0) throw new Refusal(404, `no ${what}`)
    return { removed: true }
  }
  itemRoutes(app, database, { read, remove })

  app.get<Of<{ id: string }>>('/accounts/:id/profile', ({ params, query }) =>
    read({ fresh: query.fresh, what: 'profile' }, 'select account, display_name as "displayName", email from profiles where account = $1', [params.id]))
  app.get<Of<Named>>('/accounts/:id/folders/:name', ({ params, query }) =>
    read({ fresh: query.fresh, what: 'folder' }, 'select account, name from folders where account = $1 and name = $2', [params.id, params.name]))
  app.delete<Of<Named>>('/accounts/:id/folders/:name', ({ params }) =>
    remove('folder', 'delete from folders where account = $1 and name = $2 returning id', [params.id, params.name]))
  app.get<Of<Named>>('/accounts/:id/settings/:name', ({ params, query }) =>
    read({ fresh: query.fresh, what: 'setting' }, 'select account, name, value from settings where account = $1 and name = $2', [params.id, params.name]))
  app.delete<Of<Named>>('/accounts/:id/settings/:name', ({ params }) =>
    remove('setting', 'delete from settings where account = $1 and name = $2 returning name', [params.id, params.name]))
  app.get<Of<Named>>('/accounts/:id/groups/:name', ({ params, query }) =>
    read({ fresh: query.fresh, what: 'member' }, 'select account, "group" from members where account = $1 and "group" = $2', [params.id, params.name]))
  app.delete<Of<Named>>('/accounts/:id/groups/:name', ({ params }) =>
    remove('member', 'delete from members where account = $1 and "group" = $2 returning account', [params.id, params.name]))
}

interface Ways {
  read(options: { readonly fresh: string | undefined; readonly what: string }, statement: string, values: readonly unknown[]): Promise<Row>
  remove(what: string, statement: string, values: readonly unknown[]): Promise<Row>
}
const itemOf = `from items i join folders f on f.id = i.folder where f.account = $1 and f.name = $2 and i.title = $3`

function itemRoutes(app: FastifyInstance, database: DatabaseAccess, { read, remove }: Ways): void {
  const path = '/accounts/:id/folders/:folder/items/:title'
  const values = ({ id, folder, title }: Item): readonly string[] => [id, folder, title]

  app.put<{ Params: Item }>(path, async ({ params, body }) => {
    const content = JSON.stringify(((body ?? {}) as Row)['content'] ?? null)
    const statement = `
      with f as (insert into folders (account, name) values ($1, $2) on conflict (account, name) do update set name = excluded.name returning id),
           announced as (insert into events (account, subject) values ($1, $3))
      insert into items (folder, title, content) select f.id, $3, $4 from f
      on conflict (folder, title) do update set content = excluded.content, changed_at = now() returning title, content`
    const [row] = await database.write(statement, [...values(params), content]).catch((error: unknown) => {
      throw hasSqlState(error, foreignKeyViolation) ? new Refusal(404, `no account ${params.id}`) : error
    })
    return row
  })
  app.get<Of<Item>>(path, ({ params, query }) => read({ fresh: query.fresh, what: 'item' }, `select i.id::int as id, i.title, i.content, i.changed_at as "changedAt" ${itemOf}`, values(params)))
  // What webhooks and mails are made from: one event for each change that a user made.
  app.get<Of<Item>>(`${path}/events`, ({ params }) =>
    read({ fresh: '1', what: 'item' }, 'select count(*)::int as count from events where account = $1 and subject = $2', [params.id, params.title]))
  app.delete<Of<Item>>(path, ({ params }) =>
    remove('item', `delete from items using folders f where f.id = items.folder and f.account = $1 and f.name = $2 and items.title = $3 returning items.id`, values(params)))
}
