import { textWidth } from './text-width.js'

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const sequence = /^\u001b\[(\??)(\d*(?:;\d+)*)([A-Za-z])/

/** A terminal that knows just what the reporter may use, and notes everything else. */
export class VirtualScreen {
  readonly columns: number
  written = ''
  isCursorVisible = true
  /** How often a line ran into the right edge. */
  overflows = 0
  readonly unknownControls: string[] = []
  readonly #rows: string[] = ['']
  readonly #widths: number[] = [0]
  #row = 0

  constructor(columns: number) {
    this.columns = columns
  }

  write(text: string): void {
    this.written += text
    let rest = text
    while (rest !== '') {
      const escape = sequence.exec(rest)
      const taken = escape === null ? this.#character(rest) : this.#control(escape)
      rest = rest.slice(taken)
    }
  }

  text(): string {
    return this.#rows.map((row) => row.trimEnd()).join('\n')
  }

  #control([whole, isPrivate, parameters, final]: RegExpExecArray): number {
    if (final === 'A') this.#row = Math.max(0, this.#row - Number(parameters || 1))
    else if (final === 'J' && parameters === '') this.#rows.length = this.#row + 1
    else if (isPrivate === '?' && parameters === '25') this.isCursorVisible = final === 'h'
    else if (final !== 'm') this.unknownControls.push(whole)
    if (final === 'J') this.#set('', 0)
    return whole.length
  }

  #character(rest: string): number {
    const [first] = segmenter.segment(rest.slice(0, 64))
    const character = first?.segment ?? ''
    if (character === '\n') this.#down()
    else if (character !== '\r') this.#put(character)
    return character.length
  }

  #put(character: string): void {
    if (/^[\u0000-\u001f\u007f-\u009f]/.test(character)) this.unknownControls.push(character)
    const characterWidth = textWidth(character)
    const width = (this.#widths[this.#row] ?? 0) + characterWidth
    if (width <= this.columns) return this.#set(`${this.#rows[this.#row] ?? ''}${character}`, width)
    this.overflows += 1
    this.#down()
    this.#set(character, characterWidth)
  }

  #set(text: string, width: number): void {
    this.#rows[this.#row] = text
    this.#widths[this.#row] = width
  }

  #down(): void {
    this.#row += 1
    if (this.#rows[this.#row] === undefined) this.#set('', 0)
  }
}
