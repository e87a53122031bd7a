import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { HistoryEvent } from '../core/history.js'
import { redactionOf, type Redaction } from '../core/redaction.js'
import { historySchema } from './history-file.js'

const bufferBytesMax = 64 * 1024
const flushEveryMs = 250

/**
 * The one writer of a history. Events go to disk as NDJSON at least four times a second, so memory stays bounded
 * whatever the length. The last line counts the events: a history without it was cut off, and nothing in it passes.
 */
export class Recorder {
  private readonly file: number
  private readonly timer: NodeJS.Timeout
  private pending: string[] = []
  private pendingBytes = 0
  private written = 0
  private closed = false
  /** Set when the disk refused: the history is no longer complete and the scenario must not be judged as if it were. */
  failure: Error | undefined

  constructor(
    readonly path: string,
    header: { readonly runId: string; readonly scenario: string; readonly startedAt: string },
    private readonly redaction: Redaction = redactionOf([]),
  ) {
    mkdirSync(dirname(path), { recursive: true })
    this.file = openSync(path, 'w')
    this.line(JSON.stringify({ kind: 'header', schema: historySchema, ...header }))
    this.flush()
    this.timer = setInterval(() => this.flush(), flushEveryMs)
    this.timer.unref()
  }

  /** Events after `close` are dropped: stragglers of a scenario that was cut belong to nobody. */
  record(event: HistoryEvent): void {
    if (this.closed) return
    this.written += 1
    const text = JSON.stringify(event)
    this.line(this.redaction.mayHold(text) ? JSON.stringify(this.redaction.value(JSON.parse(text))) : text)
  }

  close(atMs: number): void {
    if (this.closed) return
    this.closed = true
    clearInterval(this.timer)
    this.line(JSON.stringify({ kind: 'end', atMs, events: this.written }))
    this.flush()
    closeSync(this.file)
  }

  private line(text: string): void {
    this.pending.push(text, '\n')
    this.pendingBytes += text.length + 1
    if (this.pendingBytes >= bufferBytesMax) this.flush()
  }

  private flush(): void {
    const text = Buffer.from(this.pending.join(''), 'utf8')
    this.pending = []
    this.pendingBytes = 0
    // After a failure nothing more is written, and nothing is gathered in memory either.
    if (text.length === 0 || this.failure !== undefined) return
    try {
      for (let offset = 0; offset < text.length; ) offset += writeSync(this.file, text, offset)
    } catch (thrown) {
      this.failure = thrown as Error
    }
  }
}
