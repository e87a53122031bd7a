import type { DatabaseAccess } from './database-access.js'

export type StoredRecord = {
  readonly key: string
  readonly value: unknown
  /** 1 when created, one more with each change of the value. */
  readonly version: number
}

export interface Selection {
  readonly prefix: string
  readonly limit: number
  /** Sees every acknowledged change. */
  readonly fresh: boolean
}

/** Keyed records. A change is on disk in the primary database when its promise resolves. */
export interface RecordStore {
  /** Idempotent: writing the same value again changes nothing. */
  put(key: string, value: unknown): Promise<StoredRecord>
  /** Rejects with the database's unique violation when the key exists. */
  create(key: string, value: unknown): Promise<StoredRecord>
  get(key: string): Promise<StoredRecord | undefined>
  /** Sees every acknowledged change. */
  getFresh(key: string): Promise<StoredRecord | undefined>
  remove(key: string): Promise<boolean>
  /** Ordered by key. */
  list(selection: Selection): Promise<StoredRecord[]>
}

const columns = 'key, value, version::int as version'
export const upsertRecord = `
  insert into records (key, value) values ($1, $2)
  on conflict (key) do update set
    value = excluded.value,
    changed_at = now(),
    version = records.version + case when records.value is distinct from excluded.value then 1 else 0 end
  returning ${columns}`

export class DatabaseRecordStore implements RecordStore {
  constructor(private readonly database: DatabaseAccess) {}

  async put(key: string, value: unknown): Promise<StoredRecord> {
    return only(await this.database.write<StoredRecord>(upsertRecord, [key, JSON.stringify(value)]))
  }
  async create(key: string, value: unknown): Promise<StoredRecord> {
    const statement = `insert into records (key, value) values ($1, $2) returning ${columns}`
    return only(await this.database.write<StoredRecord>(statement, [key, JSON.stringify(value)]))
  }
  async get(key: string): Promise<StoredRecord | undefined> {
    return (await this.database.ordinary<StoredRecord>(`select ${columns} from records where key = $1`, [key]))[0]
  }
  async getFresh(key: string): Promise<StoredRecord | undefined> {
    return (await this.database.strong<StoredRecord>(`select ${columns} from records where key = $1`, [key]))[0]
  }
  async remove(key: string): Promise<boolean> {
    return (await this.database.write('delete from records where key = $1 returning key', [key])).length > 0
  }
  list({ prefix, limit, fresh }: Selection): Promise<StoredRecord[]> {
    // The first condition is what lets the index begin at the prefix.
    const statement = `select ${columns} from records where key >= $1 and starts_with(key, $1) order by key limit $2`
    const values = [prefix, limit]
    return fresh ? this.database.strong<StoredRecord>(statement, values) : this.database.ordinary<StoredRecord>(statement, values)
  }
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('the statement returned no row')
  return row
}
