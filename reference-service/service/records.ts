import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import { hasSqlState, uniqueViolation } from './database-errors.js'
import { Refusal } from './errors.js'
import { traceOf } from './correlation.js'
import { logDebug } from './log.js'
import type { RecordStore, StoredRecord } from './record-store.js'

type Keyed = { Params: { key: string } }

const valueOf = (body: unknown): unknown => {
  const value = (body as { value?: unknown } | undefined)?.value
  if (value === undefined) throw new Refusal(422, 'expected a JSON object with "value"')
  return value
}

export function recordRoutes(app: FastifyInstance, records: RecordStore): void {
  app.put<Keyed>('/records/:key', (request) => records.put(request.params.key, valueOf(request.body)))

  app.post('/records', async (request, reply) => {
    const { key } = (request.body ?? {}) as { key?: unknown }
    if (typeof key !== 'string' || key === '') throw new Refusal(422, 'expected a JSON object with "key" and "value"')
    return reply.code(201).send(await create(records, key, valueOf(request.body)))
  })

  app.get<Keyed & { Querystring: { fresh?: string } }>('/records/:key', async (request) => {
    const { key } = request.params
    const record = await (isSet(request.query.fresh) && !defective('repl.strong-read-ignored') ? records.getFresh(key) : records.get(key))
    logDebug('records', 'record read', () => ({ key, found: record !== undefined, ...traceOf(request.headers) }))
    if (!record) throw new Refusal(404, `no record ${key}`)
    return record
  })

  app.delete<Keyed>('/records/:key', async (request) => {
    if (!(await records.remove(request.params.key))) throw new Refusal(404, `no record ${request.params.key}`)
    return { key: request.params.key, removed: true }
  })

  app.get<{ Querystring: { prefix?: string; limit?: string; fresh?: string } }>('/records', async (request) => {
    const { prefix = '', limit, fresh } = request.query
    logDebug('records', 'records listed', () => ({ prefix, ...traceOf(request.headers) }))
    return { records: await records.list({ prefix, limit: limitOf(limit), fresh: isSet(fresh) }) }
  })
}

const limitMax = 1_000
function limitOf(text: string | undefined): number {
  const limit = Number(text ?? limitMax)
  if (Number.isInteger(limit) && limit > 0 && limit <= limitMax) return limit
  throw new Refusal(422, `found limit=${text}, expected a whole number from 1 to ${limitMax}`)
}
const isSet = (flag: string | undefined): boolean => flag !== undefined && flag !== '0' && flag !== 'false'

async function create(records: RecordStore, key: string, value: unknown): Promise<StoredRecord> {
  try {
    return await records.create(key, value)
  } catch (error) {
    if (hasSqlState(error, uniqueViolation)) throw new Refusal(409, `the record ${key} exists`)
    throw error
  }
}
