import { Unavailable, OutcomeUnknown } from './errors.js'
import { log } from './log.js'
import { DatabaseRecordStore } from './record-store.js'
import type { StoredRecord } from './record-store.js'

/** What waits longer is dropped: the queue must not grow for ever. */
const keptMs = 1_000

/** The defect degr.acks-into-void: a change that the primary database does not take is acknowledged and kept in memory, for a while. */
export class QueueingRecordStore extends DatabaseRecordStore {
  override async put(key: string, value: unknown): Promise<StoredRecord> {
    try {
      return await super.put(key, value)
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof OutcomeUnknown)) throw error
      setTimeout(() => void this.flush(key, value), keptMs).unref()
      return { key, value, version: 1 }
    }
  }

  private async flush(key: string, value: unknown): Promise<void> {
    await super.put(key, value).catch((error: Error) => log('a queued change was dropped', { key, error: error.message }))
  }
}
