import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { defective } from '../defects.js'
import { ArtifactWriter } from './artifact.js'
import { tables } from './tables.js'

export interface Address {
  readonly host: string
  readonly port: number
}
export interface TakeOptions {
  readonly path: string
  readonly replica: Address
  readonly primary: Address
  /** Users come first: the reading is spread over time. */
  readonly bytesPerSecond: number
}
export interface Taken {
  readonly from: 'replica' | 'primary'
  readonly rows: number
  readonly bytes: number
}

const pageRows = 20

/**
 * Takes a backup of all data as of one instant, without keeping anybody from writing: one repeatable-read transaction on the read
 * replica, or on the primary when there is no replica to connect to.
 */
export async function takeBackup(options: TakeOptions): Promise<Taken> {
  await using _locks = defective('bkup.locks-writers') ? await lockWriters(options.primary) : undefined
  // First of all: what cannot be written need not be read.
  const writer = await ArtifactWriter.create(options.path)
  try {
    return await copyInto(writer, options)
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

async function copyInto(writer: ArtifactWriter, options: TakeOptions): Promise<Taken> {
  const { from, client } = await connectTo(options)
  try {
    if (!defective('bkup.fuzzy-copy')) await client.query('begin transaction isolation level repeatable read, read only')
    const copied = await copyTables(client, writer, options.bytesPerSecond)
    await writer.finish()
    return { from, ...copied }
  } finally {
    await client.end()
  }
}

async function copyTables(client: pg.Client, writer: ArtifactWriter, bytesPerSecond: number): Promise<{ rows: number; bytes: number }> {
  const startedAtMs = performance.now()
  let rows = 0
  let bytes = 0
  for (const { name, key } of tables) {
    const columns = key.join(', ')
    // Records are collected in memory and join the copied ones later: the latest are not among them yet.
    const settled = defective('bkup.skips-recent') && name === 'records' ? "changed_at < now() - interval '5 s'" : 'true'
    const statement = `select to_jsonb(t)::text as row from (
        select * from ${name} where ${settled} and ($1::jsonb is null or (${columns}) > (select ${columns} from jsonb_populate_record(null::${name}, $1::jsonb)))
        order by ${columns} limit ${pageRows}) t`
    for (let last: string | null = null; ; ) {
      const page: string[] = (await client.query<{ row: string }>(statement, [last])).rows.map(({ row }) => row)
      rows += page.length
      bytes += await writer.rows(name, page)
      if (page.length < pageRows) break
      last = page.at(-1) ?? null
      await pause(Math.max(0, startedAtMs + (bytes / bytesPerSecond) * 1_000 - performance.now()))
    }
    await pause(Math.max(0, startedAtMs + (bytes / bytesPerSecond) * 1_000 - performance.now()))
  }
  return { rows, bytes }
}

async function connectTo({ replica, primary }: TakeOptions): Promise<{ from: Taken['from']; client: pg.Client }> {
  if (!defective('bkup.reads-primary')) {
    const client = await connect(replica).catch(() => undefined)
    if (client !== undefined) return { from: 'replica', client }
  }
  return { from: 'primary', client: await connect(primary) }
}

async function connect(address: Address): Promise<pg.Client> {
  // Between two pages the transaction may be idle for as long as the rate asks.
  const options = '-c idle_in_transaction_session_timeout=0'
  const client = new pg.Client({ ...address, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000, options })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The defect: nothing may change while the copy is made. */
async function lockWriters(primary: Address): Promise<AsyncDisposable> {
  const client = await connect(primary)
  await client.query('begin')
  await client.query(`lock table ${tables.map(({ name }) => name).join(', ')} in exclusive mode`)
  return { [Symbol.asyncDispose]: () => client.end() }
}
