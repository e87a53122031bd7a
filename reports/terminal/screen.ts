import { textWidth, truncate } from './text-width.js'

/** What is needed of a stream; `process.stdout` and `process.stderr` fit. */
export interface TerminalStream {
  write(chunk: string): unknown
  on?(event: 'error', listener: (error: Error) => void): unknown
  readonly columns?: number
  readonly rows?: number
  readonly isTTY?: boolean
}

export interface ScreenOptions {
  readonly stream: TerminalStream
  readonly redraws: boolean
  readonly columns?: number
}

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/**
 * Lines that stay, above a block of lines that is drawn over again. The block is cleared by moving up as many rows
 * as it takes, never by saving the cursor: a saved position is wrong as soon as the terminal scrolls.
 * A stream that fails (the reader of a pipe went away) makes the screen silent; it never throws.
 */
export class Screen {
  readonly #stream: TerminalStream
  readonly #redraws: boolean
  readonly #columns: number | undefined
  #live: readonly string[] = []
  #drawnWidths: readonly number[] = []
  #isBroken = false
  #isCursorHidden = false
  readonly #restoreCursor = (): void => this.#showCursor()

  constructor({ stream, redraws, columns }: ScreenOptions) {
    this.#stream = stream
    this.#redraws = redraws
    this.#columns = columns
    // Stays for good: an error of a write that is still under way can arrive after close().
    stream.on?.('error', () => {
      this.#isBroken = true
    })
  }

  get columns(): number {
    return Math.max(20, this.#columns ?? this.#stream.columns ?? 100)
  }
  get rows(): number {
    return Math.max(4, this.#stream.rows ?? 24)
  }

  /** Lines that stay. None may begin with `::`, wherever it was broken: CI servers take such a line for a command. */
  print(lines: readonly string[]): void {
    const text = lines.map((line) => `${line.replace(/^(\s*)::/, '$1: :')}\n`).join('')
    if (text === '') return
    this.#write(`${this.#eraseLive()}${text}${this.#drawLive()}`)
  }

  /** Replaces the block at the bottom. Does nothing on a stream that is not redrawn, or when nothing changed. */
  setLive(lines: readonly string[]): void {
    if (!this.#redraws || sameLines(lines, this.#live)) return
    const erase = this.#eraseLive()
    this.#live = lines
    this.#write(`${this.#hideCursor()}${erase}${this.#drawLive()}`)
  }

  /** Removes the block and gives the cursor back. May be called twice. */
  close(): void {
    this.setLive([])
    this.#showCursor()
  }

  #eraseLive(): string {
    // The terminal may have become narrower since, and then broke the lines that were drawn.
    const rows = this.#drawnWidths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / this.columns)), 0)
    this.#drawnWidths = []
    return rows === 0 ? '' : `\r\u001b[${rows}A\u001b[J`
  }

  #drawLive(): string {
    // One column stays free: a line that fills the row makes some terminals break early.
    const lines = this.#live.map((line) => truncate(line, this.columns - 1))
    this.#drawnWidths = lines.map(textWidth)
    return lines.map((line) => `${line}\n`).join('')
  }

  #hideCursor(): string {
    if (this.#isCursorHidden || !this.#redraws) return ''
    this.#isCursorHidden = true
    process.once('exit', this.#restoreCursor)
    return hideCursor
  }

  #showCursor(): void {
    if (!this.#isCursorHidden) return
    this.#isCursorHidden = false
    process.removeListener('exit', this.#restoreCursor)
    this.#write(showCursor)
  }

  #write(text: string): void {
    if (this.#isBroken || text === '') return
    try {
      this.#stream.write(text)
    } catch {
      this.#isBroken = true
    }
  }
}

const sameLines = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index])
