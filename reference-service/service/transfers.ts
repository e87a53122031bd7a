import type { FastifyInstance } from 'fastify'
import type { DatabaseAccess } from './database-access.js'
import { foreignKeyViolation, checkViolation, hasSqlState, uniqueViolation } from './database-errors.js'
import { Refusal } from './errors.js'

interface Transfer {
  readonly marker: string
  readonly from: string
  readonly to: string
  readonly amount: number
}

function transferOf(body: unknown): Transfer {
  const { marker, from, to, amount } = (body ?? {}) as Partial<Record<keyof Transfer, unknown>>
  const texts = [marker, from, to].every((value) => typeof value === 'string' && value !== '')
  if (!texts || !Number.isSafeInteger(amount) || (amount as number) <= 0 || from === to) {
    throw new Refusal(422, 'expected "marker", "from", "to" (two accounts) and "amount" (a whole number above 0)')
  }
  return { marker, from, to, amount } as Transfer
}

/**
 * The marker row and both balances change in one statement, so the sum of all balances is always the same. One statement and not a
 * transaction of several: a replica that hangs between two of them would keep both accounts locked for all others. Both rows are locked
 * in the order of their ids, so that opposite transfers cannot block each other for ever.
 */
const transferStatement = `
  with locked as (select id from accounts where id in ($2, $3) order by id for update),
       marked as (insert into transfers (marker, source, destination, amount)
                  select $1, $2, $3, $4::bigint where (select count(*) from locked) = 2 returning marker),
       moved as (update accounts set balance = balance + case when id = $2 then -$4::bigint else $4::bigint end
                 where id in ($2, $3) and exists (select from marked) returning id)
  select count(*)::int as accounts from moved`

async function transfer(database: DatabaseAccess, { marker, from, to, amount }: Transfer): Promise<void> {
  const [row] = await database.write(transferStatement, [marker, from, to, amount])
  if (row?.['accounts'] !== 2) throw new Refusal(422, 'one of the accounts does not exist')
}

function refusalOf(error: unknown, marker: string): unknown {
  if (hasSqlState(error, uniqueViolation)) return new Refusal(409, `the transfer ${marker} has been made`)
  if (hasSqlState(error, checkViolation)) return new Refusal(422, 'the balance does not cover the amount')
  if (hasSqlState(error, foreignKeyViolation)) return new Refusal(422, 'one of the accounts does not exist')
  return error
}

export function transferRoutes(app: FastifyInstance, database: DatabaseAccess): void {
  app.post('/transfers', async (request, reply) => {
    const wanted = transferOf(request.body)
    try {
      await transfer(database, wanted)
    } catch (error) {
      throw refusalOf(error, wanted.marker)
    }
    return reply.code(201).send(wanted)
  })

  app.get<{ Params: { marker: string } }>('/transfers/:marker', async (request) => {
    const columns = 'marker, source as "from", destination as "to", amount::int as amount'
    const [row] = await database.ordinary(`select ${columns} from transfers where marker = $1`, [request.params.marker])
    if (!row) throw new Refusal(404, `no transfer ${request.params.marker}`)
    return row
  })

  // One statement sees one point in time: the sum holds also while transfers are made.
  app.get('/balances', async () => {
    const [row] = await database.strong('select count(*)::int as accounts, sum(balance)::float8 as sum from accounts')
    return row
  })
}
