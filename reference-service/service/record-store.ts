import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { recordFormats } from './record-format.js'
import type { RecordFormat } from './record-format.js'

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

/** As `record-format.ts` says; without a format as the first release does. */
export const upsertOf = ({ columns, moreColumns, moreValues, moreUpdates }: RecordFormat): string => `
  insert into records (key, value${moreColumns}) values ($1, $2${moreValues})
  on conflict (key) do update set
    value = excluded.value,
    ${moreUpdates}
    changed_at = now(),
    version = records.version + case when records.value is distinct from excluded.value then 1 else 0 end
  returning ${columns}`
/** Of the first release. */
export const upsertRecord = upsertOf(recordFormats[1])

/** A row as it is read: with what the format adds to it. */
type Row = StoredRecord & { readonly intact?: boolean }

export class DatabaseRecordStore implements RecordStore {
  private readonly format: RecordFormat

  constructor(
    private readonly database: DatabaseAccess,
    format: 1 | 2 = 1,
  ) {
    this.format = recordFormats[format]
  }

  async put(key: string, value: unknown): Promise<StoredRecord> {
    return this.decoded(only(await this.database.write<Row>(upsertOf(this.format), [key, this.format.encode(value)])))
  }
  async create(key: string, value: unknown): Promise<StoredRecord> {
    const { moreColumns, moreValues, columns, encode } = this.format
    const statement = `insert into records (key, value${moreColumns}) values ($1, $2${moreValues}) returning ${columns}`
    return this.decoded(only(await this.database.write<Row>(statement, [key, encode(value)])))
  }
  async get(key: string): Promise<StoredRecord | undefined> {
    const [row] = await this.database.ordinary<Row>(`select ${this.format.columns} from records where key = $1`, [key])
    return row && this.decoded(row)
  }
  async getFresh(key: string): Promise<StoredRecord | undefined> {
    const [row] = await this.database.strong<Row>(`select ${this.format.columns} from records where key = $1`, [key])
    return row && this.decoded(row)
  }
  async remove(key: string): Promise<boolean> {
    const statement = 'delete from records where key = $1 returning key'
    const removed = await (defective('repl.misroutes-write') ? this.database.onReplica(statement, [key]) : this.database.write(statement, [key]))
    return removed.length > 0
  }
  async list({ prefix, limit, fresh }: Selection): Promise<StoredRecord[]> {
    // The first condition is what lets the index begin at the prefix.
    const statement = `select ${this.format.columns} from records where key >= $1 and starts_with(key, $1) order by key limit $2`
    const values = [prefix, limit]
    const rows = await (fresh ? this.database.strong<Row>(statement, values) : this.database.ordinary<Row>(statement, values))
    return rows.map((row) => this.decoded(row))
  }

  private decoded(row: Row): StoredRecord {
    return this.format.decode(row)
  }
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('the statement returned no row')
  return row
}
