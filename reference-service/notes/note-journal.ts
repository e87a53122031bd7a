import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { defective } from '../defects.js'

/** One change; numbers rise by one and are never used again. */
export interface Note {
  readonly number: number
  readonly key: string
  readonly text: string
}

const checksumOf = ({ number, key, text }: Note): string => createHash('sha256').update(`${number} ${key} ${text}`).digest('hex').slice(0, 16)

/** The checksum comes first: a line that is cut off has lost a part of its text, not of its proof. The second release says when, too. */
function lineOf(note: Note, release: 1 | 2): string {
  return JSON.stringify({ checksum: checksumOf(note), ...(release === 2 ? { at: new Date().toISOString() } : {}), ...note })
}

/** Notes in memory, and every change as a line of one file. A write resolves when its line is on disk. */
export class NoteJournal {
  private readonly notes = new Map<string, Note>()
  private readonly changes: Note[] = []
  private waiting: Note[] = []
  private flushing: Promise<void> = Promise.resolve()
  private next: Promise<void> | undefined

  private constructor(
    private readonly file: FileHandle,
    private readonly release: 1 | 2,
  ) {}

  /** A last line that was cut off was never acknowledged and is dropped. Throws for any other line that is no change. */
  static async open(path: string, release: 1 | 2): Promise<NoteJournal> {
    const file = await open(path, 'a+')
    const journal = new NoteJournal(file, release)
    const text = await file.readFile('utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole))
    for (const line of whole.split('\n')) if (line !== '') journal.remember(parsed(line))
    if (defective('start.serves-torn-record')) journal.rememberTorn(text.slice(whole.length))
    return journal
  }

  /** Number of the last change. */
  get last(): number {
    return this.changes.at(-1)?.number ?? 0
  }

  async write(key: string, text: string): Promise<Note> {
    const note = { number: this.last + 1, key, text }
    await this.add([note])
    return note
  }

  read(key: string): Note | undefined {
    return this.notes.get(key)
  }

  changesAfter(number: number): readonly Note[] {
    return this.changes.filter((note) => note.number > number)
  }

  /** Changes of another store, with their numbers; what is here already is left out. */
  async takeOver(changes: readonly Note[]): Promise<void> {
    const { last } = this
    await this.add(changes.filter(({ number }) => number > last))
  }

  /** Until everything that was written by now is on disk. */
  async settled(): Promise<void> {
    await (this.next ?? this.flushing)
  }

  /** One flush writes what has come together during the one before. */
  private add(notes: readonly Note[]): Promise<void> {
    for (const note of notes) this.remember(note)
    this.waiting.push(...notes)
    this.next ??= this.flushing.catch(() => {}).then(() => {
      this.next = undefined
      return (this.flushing = this.flush())
    })
    return this.next
  }

  private async flush(): Promise<void> {
    const batch = this.waiting
    this.waiting = []
    if (batch.length === 0) return
    const lines = batch.map((note) => lineOf(note, this.release))
    await this.file.appendFile(`${lines.join('\n')}\n`)
    await this.file.datasync()
  }

  /** The defect: what is left of a last line is taken for a note. */
  private rememberTorn(rest: string): void {
    const torn = /"number":(\d+),"key":"([^"]*)","text":"([^"]*)/.exec(rest)
    if (torn !== null) this.remember({ number: Number(torn[1]), key: torn[2]!, text: torn[3]! })
  }

  private remember(note: Note): void {
    this.changes.push(note)
    this.notes.set(note.key, note)
  }
}

function parsed(line: string): Note {
  const { number, key, text, checksum } = JSON.parse(line) as Note & { readonly checksum: string }
  const note = { number, key, text }
  if (checksum !== checksumOf(note)) throw new Error(`the journal is damaged at change ${number}`)
  return note
}
