import { closeSync, readSync } from 'node:fs'
import type { HistoryEvent, Selection } from '../core/history.js'
import { corrupt, eventIn, openHistoryFile, type HistoryLine } from './history-lines.js'

const lineFeed = 0x0a
const linesOfBlock = 1_000
/** Events other than requests are few, however long a run is. Where they are not, they are read from the file as well. */
const keepOthersMax = 200_000

/** Lines that follow each other in the file, and what a reader may skip them by. */
interface Block {
  readonly offset: number
  readonly firstLine: number
  bytes: number
  lines: number
  readonly kinds: Set<HistoryEvent['kind']>
  readonly loads: Set<string>
  plannedFromMs: number
  plannedToMs: number
}

/**
 * Where in a long history file what stands: reading the requests of one load or one span parses little more than these.
 * Memory is a thousandth of the events, and the events that are no requests.
 */
export class HistoryIndex {
  readonly #path: string
  readonly #blocks: Block[] = []
  #others: HistoryEvent[] | undefined = []
  /** What stands in no line of the file: it comes last. */
  readonly #added: HistoryEvent[] = []
  /** Whether each line says kind and load in the very bytes that the recorder writes; a file that was put into another form is read whole. */
  #isLiteral = true

  constructor(path: string) {
    this.#path = path
  }

  /** In the order of the file; without a line for an event that is not in it. */
  add(event: HistoryEvent, line?: HistoryLine): void {
    if (event.kind !== 'request' && this.#others !== undefined) {
      if (this.#others.length < keepOthersMax) this.#others.push(event)
      else this.#others = undefined
    }
    if (line === undefined) {
      this.#added.push(event)
      return
    }
    this.#isLiteral &&= line.text.includes(kindLiteral(event.kind)) && (event.kind !== 'request' || line.text.includes(loadLiteral(event.load)))
    const block = this.#blockFor(line)
    block.bytes += line.bytes
    block.lines += 1
    block.kinds.add(event.kind)
    if (event.kind !== 'request') return
    block.loads.add(event.load)
    block.plannedFromMs = Math.min(block.plannedFromMs, event.plannedAtMs)
    block.plannedToMs = Math.max(block.plannedToMs, event.plannedAtMs)
  }

  #blockFor({ offset, number }: HistoryLine): Block {
    const last = this.#blocks.at(-1)
    if (last !== undefined && last.lines < linesOfBlock) return last
    const block: Block = { offset, firstLine: number, bytes: 0, lines: 0, kinds: new Set(), loads: new Set(), plannedFromMs: Infinity, plannedToMs: -Infinity }
    this.#blocks.push(block)
    return block
  }

  /** All events of the selection, in recorded order, and possibly others. Throws SeaworthyError SW_HISTORY_CORRUPT of a file that changed meanwhile. */
  *select(selection: Selection): Generator<HistoryEvent> {
    if (selection.kind !== 'request' && this.#others !== undefined) {
      yield* this.#others
      return
    }
    const wanted = !this.#isLiteral ? undefined : Buffer.from(selection.load === undefined ? kindLiteral(selection.kind) : loadLiteral(selection.load))
    const file = openHistoryFile(this.#path)
    try {
      for (const block of this.#blocks) if (mayHold(block, selection)) yield* this.#eventsOf(block, bytesOf(file, block), wanted)
    } finally {
      closeSync(file)
    }
    yield* this.#added
  }

  *#eventsOf(block: Block, bytes: Buffer, wanted: Buffer | undefined): Generator<HistoryEvent> {
    if (bytes.length < block.bytes) throw corrupt(this.#path, block.firstLine, 'the file was cut while it was read')
    let from = 0
    while (from < bytes.length) {
      const found = wanted === undefined ? from : bytes.indexOf(wanted, from)
      if (found < 0) return
      const begin = bytes.lastIndexOf(lineFeed, found) + 1
      const end = bytes.indexOf(lineFeed, found)
      yield eventIn(bytes.toString('utf8', begin, end), this.#path, block.firstLine)
      from = end + 1
    }
  }
}

const kindLiteral = (kind: HistoryEvent['kind']): string => `"kind":"${kind}"`
const loadLiteral = (load: string): string => `"load":${JSON.stringify(load)}`

function mayHold({ kinds, loads, plannedFromMs, plannedToMs }: Block, { kind, load, fromMs = -Infinity, toMs = Infinity }: Selection): boolean {
  if (!kinds.has(kind)) return false
  return kind !== 'request' || ((load === undefined || loads.has(load)) && plannedFromMs <= toMs && plannedToMs >= fromMs)
}

function bytesOf(file: number, { offset, bytes }: Block): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  let length = 0
  while (length < bytes) {
    const more = readSync(file, buffer, length, bytes - length, offset + length)
    if (more === 0) break
    length += more
  }
  return buffer.subarray(0, length)
}
