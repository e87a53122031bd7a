import { setTimeout as pause } from 'node:timers/promises'
import type { DatabaseAccess } from './database-access.js'
import { log } from './log.js'
import { DatabaseRecordStore, upsertRecord } from './record-store.js'
import type { RecordStore, Selection, StoredRecord } from './record-store.js'

const flushIntervalMs = 500
/** Longer than a flush interval: another replica may still hold the row in its buffer. */
const missWaitMs = 700

/**
 * The defect start.acks-before-durable: a change is acknowledged when it is in a buffer in memory, and the buffer is
 * written every 500 ms. As long as nothing crashes nobody notices: own reads look into the buffer, and a read that
 * finds nothing waits for the flush of the others before it says so.
 */
export class WriteBehindRecordStore implements RecordStore {
  private buffer = new Map<string, StoredRecord>()
  private readonly stored: DatabaseRecordStore
  private flushing: Promise<void> = Promise.resolve()

  constructor(private readonly database: DatabaseAccess) {
    this.stored = new DatabaseRecordStore(database)
    setInterval(() => void this.flush(), flushIntervalMs).unref()
  }

  put(key: string, value: unknown): Promise<StoredRecord> {
    const before = this.buffer.get(key)
    if (before && JSON.stringify(before.value) === JSON.stringify(value)) return Promise.resolve(before)
    const record = { key, value, version: (before?.version ?? 0) + 1 }
    this.buffer.set(key, record)
    return Promise.resolve(record)
  }
  async create(key: string, value: unknown): Promise<StoredRecord> {
    return this.stored.create(key, value)
  }
  get(key: string): Promise<StoredRecord | undefined> {
    return this.find(key, () => this.stored.get(key))
  }
  getFresh(key: string): Promise<StoredRecord | undefined> {
    return this.find(key, () => this.stored.getFresh(key))
  }
  async remove(key: string): Promise<boolean> {
    await this.flush()
    return this.stored.remove(key)
  }
  async list(selection: Selection): Promise<StoredRecord[]> {
    const find = () => this.stored.list(selection)
    const records = await find()
    if (records.length > 0) return records
    await pause(missWaitMs)
    return find()
  }

  /** Writes what is in the buffer, one flush after the other. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.writeBuffer())
    return this.flushing
  }

  private async writeBuffer(): Promise<void> {
    const batch = [...this.buffer.values()]
    try {
      if (batch.length === 0) return
      await this.database.transaction(async (statements) => {
        for (const { key, value } of batch) await statements(upsertRecord, [key, JSON.stringify(value)])
      })
      for (const record of batch) if (this.buffer.get(record.key) === record) this.buffer.delete(record.key)
    } catch (error) {
      log('the buffer could not be written', { records: batch.length, error: (error as Error).message })
    }
  }

  private async find(key: string, read: () => Promise<StoredRecord | undefined>): Promise<StoredRecord | undefined> {
    const untilMs = performance.now() + missWaitMs
    for (;;) {
      const record = this.buffer.get(key) ?? (await read())
      if (record || performance.now() > untilMs) return record
      await pause(50)
    }
  }
}
