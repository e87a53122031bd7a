import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'

/** Looks like a read and writes: every visit is counted. */
export function visitRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  const statement = `insert into effects (key, count) values ($1, 1)
    on conflict (key) do update set count = effects.count + 1 returning count`
  app.get<{ Params: { key: string } }>('/visits/:key', async (request) => {
    const { key } = request.params
    const values = [`visit ${key}`]
    const [row] = await (defective('repl.misroutes-mutating-read') ? database.onReplica(statement, values) : database.write(statement, values))
    return { key, visits: row?.['count'] ?? 0 }
  })
}
