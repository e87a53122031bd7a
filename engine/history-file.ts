import { timeOf, type History, type HistoryEvent, type Selection } from '../core/history.js'
import { HistoryIndex } from './history-index.js'
import { corrupt, linesOf, parseLine, validEvent, type HistoryLine } from './history-lines.js'

export const historySchema = 'seaworthy-history/v1'

/**
 * Opens a recorded history. Walking it reads the file in chunks and validates every line; memory is bounded.
 * A history without its last line was cut off: it gets an `incomplete` event, so that nothing in it can pass.
 * Up to `keepEventsMax` events are kept after the first walk, so that a dozen checks parse the file once; of more the first walk leaves
 * an index, so that a reader of some events parses those alone. With `keepsEvents: false` nothing is remembered between walks, which costs a single walk the least.
 * Throws SeaworthyError SW_HISTORY_CORRUPT with file and line.
 */
export function openHistory(path: string, { keepsEvents = true, keepEventsMax = 50_000, ...expected }: Expected & { readonly keepsEvents?: boolean; readonly keepEventsMax?: number } = {}): History {
  if (!keepsEvents) return { events: () => walk(path, expected) }
  const walked = new Walked(path, keepEventsMax)
  const events = (): Iterable<HistoryEvent> => walked.known?.events ?? walk(path, expected, walked.begin())
  /** Most readers stop early; what they leave behind is nothing. */
  const known = (): Known => {
    if (walked.known === undefined) for (const _ of events());
    return walked.known as Known
  }
  return { events, select: (selection) => known().select(selection), endAtMs: () => known().endAtMs }
}

/** Whose history it has to be, as its first line says. */
interface Expected {
  readonly runId?: string
  readonly scenario?: string
}

/** What a whole walk left behind. */
interface Known {
  /** None where they are too many. */
  readonly events: readonly HistoryEvent[] | undefined
  readonly endAtMs: number
  select(selection: Selection): Iterable<HistoryEvent>
}

/** Told of each event by a walk, and of its end. */
interface Walk {
  add(event: HistoryEvent, line?: HistoryLine): void
  end(): void
}

/** Keeps the events of a whole walk as long as they are few, and an index where they are not. */
class Walked {
  known: Known | undefined
  readonly #path: string
  readonly #keepEventsMax: number

  constructor(path: string, keepEventsMax: number) {
    this.#path = path
    this.#keepEventsMax = keepEventsMax
  }

  begin(): Walk {
    const index = new HistoryIndex(this.#path)
    let events: HistoryEvent[] | undefined = []
    let endAtMs = 0
    return {
      add: (event, line) => {
        if (events !== undefined && events.length < this.#keepEventsMax) events.push(event)
        else events = undefined
        endAtMs = Math.max(endAtMs, timeOf(event))
        index.add(event, line)
      },
      end: () => {
        this.known = { events, endAtMs, select: events === undefined ? (selection) => index.select(selection) : byKind(events) }
      },
    }
  }
}

function byKind(events: readonly HistoryEvent[]): Known['select'] {
  const groups = new Map<HistoryEvent['kind'], HistoryEvent[]>()
  for (const event of events) {
    const group = groups.get(event.kind)
    if (group === undefined) groups.set(event.kind, [event])
    else group.push(event)
  }
  return ({ kind }) => groups.get(kind) ?? []
}

function* walk(path: string, { runId, scenario }: Expected, told?: Walk): Generator<HistoryEvent> {
  let count = 0
  let lastAtMs = 0
  let headed = false
  let ended = false
  for (const line of linesOf(path)) {
    const { text, number } = line
    if (line.torn) break
    const parsed = parseLine(text, path, number)
    if (number === 1) {
      if (parsed['kind'] !== 'header' || parsed['schema'] !== historySchema) throw corrupt(path, 1, `found ${text.slice(0, 60)}, expected a header with schema ${historySchema}`)
      if (runId !== undefined && parsed['runId'] !== runId) throw corrupt(path, 1, `found the history of run ${String(parsed['runId'])}, expected that of ${runId}`)
      if (scenario !== undefined && parsed['scenario'] !== scenario) throw corrupt(path, 1, `found the history of ${String(parsed['scenario'])}, expected that of ${scenario}`)
      headed = true
      continue
    }
    if (parsed['kind'] === 'end') {
      if (parsed['events'] !== count) throw corrupt(path, number, `the last line counts ${String(parsed['events'])} events, but the file has ${count}`)
      ended = true
      continue
    }
    if (ended) throw corrupt(path, number, 'found an event after the last line of the history')
    const event = validEvent(parsed, path, number)
    count += 1
    lastAtMs = 'atMs' in event ? event.atMs : event.kind === 'request' ? event.endedAtMs : lastAtMs
    told?.add(event, line)
    yield event
  }
  if (!headed) throw corrupt(path, 1, 'the file holds no complete line')
  if (!ended) {
    const cut: HistoryEvent = { kind: 'incomplete', atMs: lastAtMs, reason: 'the history was cut off: its last line is missing', cause: 'interrupted' }
    told?.add(cut)
    yield cut
  }
  told?.end()
}
