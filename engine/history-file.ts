import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { messageOf, SeaworthyError } from '../core/errors.js'
import type { History, HistoryEvent } from '../core/history.js'

export const historySchema = 'seaworthy-history/v1'

/** Required numbers of each kind of event: enough to notice a history that was damaged or edited by hand. */
const numbersOf: Readonly<Record<HistoryEvent['kind'], readonly string[]>> = {
  request: ['id', 'plannedAtMs', 'endedAtMs'],
  witness: ['request', 'provenAtMs'],
  intervention: ['id', 'atMs'],
  observation: ['atMs'],
  gate: ['startedAtMs', 'atMs', 'requests', 'failed'],
  phase: ['atMs'],
  fact: ['atMs'],
  platform: ['atMs'],
  incomplete: ['atMs'],
}
const textsOf: Readonly<Record<HistoryEvent['kind'], readonly string[]>> = {
  request: ['load', 'operation', 'method', 'via', 'outcome'],
  witness: ['group', 'instance', 'proof'],
  intervention: ['name', 'target', 'phase'],
  observation: ['probe', 'target'],
  gate: ['name'],
  phase: ['name'],
  fact: ['name'],
  platform: ['name', 'target'],
  incomplete: ['reason', 'cause'],
}

const chunkBytes = 256 * 1024
/** Below this many events they are kept after the first walk, so that a dozen checks parse the file once. */
const keepEventsMax = 200_000

/**
 * Opens a recorded history. Walking it reads the file in chunks and validates every line; memory is bounded.
 * A history without its last line was cut off: it gets an `incomplete` event, so that nothing in it can pass.
 * With `keepsEvents: false` nothing is remembered between walks, which costs a single walk the least memory.
 * Throws SeaworthyError SW_HISTORY_CORRUPT with file and line.
 */
export function openHistory(path: string, expected: { readonly runId?: string; readonly keepsEvents?: boolean } = {}): History {
  let kept: HistoryEvent[] | undefined
  return {
    events() {
      if (kept !== undefined) return kept
      if (expected.keepsEvents === false) return walk(path, expected.runId)
      return walk(path, expected.runId, (events) => {
        kept = events
      })
    },
  }
}

function* walk(path: string, runId: string | undefined, keep?: (events: HistoryEvent[]) => void): Generator<HistoryEvent> {
  let collected: HistoryEvent[] | undefined = keep === undefined ? undefined : []
  let count = 0
  let lastAtMs = 0
  let headed = false
  let ended = false
  for (const { text, number, torn } of linesOf(path)) {
    if (torn) break
    const parsed = parseLine(text, path, number)
    if (number === 1) {
      if (parsed['kind'] !== 'header' || parsed['schema'] !== historySchema) throw corrupt(path, 1, `found ${text.slice(0, 60)}, expected a header with schema ${historySchema}`)
      if (runId !== undefined && parsed['runId'] !== runId) throw corrupt(path, 1, `found the history of run ${String(parsed['runId'])}, expected that of ${runId}`)
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
    if (collected !== undefined && collected.length < keepEventsMax) collected.push(event)
    else collected = undefined
    yield event
  }
  if (!headed) throw corrupt(path, 1, 'the file holds no complete line')
  if (!ended) {
    const cut: HistoryEvent = { kind: 'incomplete', atMs: lastAtMs, reason: 'the history was cut off: its last line is missing', cause: 'interrupted' }
    collected?.push(cut)
    yield cut
  }
  if (collected !== undefined) keep?.(collected)
}

function parseLine(text: string, path: string, number: number): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (thrown) {
    throw corrupt(path, number, messageOf(thrown))
  }
  throw corrupt(path, number, `found ${text.slice(0, 60)}, expected a JSON object`)
}

function validEvent(value: Record<string, unknown>, path: string, number: number): HistoryEvent {
  const kind = value['kind'] as HistoryEvent['kind']
  const numbers = Object.hasOwn(numbersOf, String(kind)) ? numbersOf[kind] : undefined
  if (numbers === undefined) throw corrupt(path, number, `found an event of kind ${JSON.stringify(kind)}, expected one of ${Object.keys(numbersOf).join(', ')}`)
  const wrongNumber = numbers.find((key) => !Number.isFinite(value[key]))
  if (wrongNumber !== undefined) throw corrupt(path, number, `${kind}.${wrongNumber} is ${JSON.stringify(value[wrongNumber])}, expected a number`)
  const wrongText = textsOf[kind].find((key) => typeof value[key] !== 'string')
  if (wrongText !== undefined) throw corrupt(path, number, `${kind}.${wrongText} is ${JSON.stringify(value[wrongText])}, expected a text`)
  return value as unknown as HistoryEvent
}

const corrupt = (path: string, line: number, found: string): SeaworthyError =>
  new SeaworthyError('SW_HISTORY_CORRUPT', `while reading the history: ${found} (${path}:${line})`, {
    hint: 'The file was changed or damaged after the run. Judge a run whose files are as they were written.',
  })

/** Lines of a file, read in chunks. A last line without its line feed is marked torn. */
function* linesOf(path: string): Generator<{ readonly text: string; readonly number: number; readonly torn: boolean }> {
  const file = open(path)
  try {
    const decoder = new StringDecoder('utf8')
    const chunk = Buffer.allocUnsafe(chunkBytes)
    let rest = ''
    let number = 0
    for (;;) {
      const length = readSync(file, chunk, 0, chunkBytes, null)
      const parts = (rest + (length === 0 ? decoder.end() : decoder.write(chunk.subarray(0, length)))).split('\n')
      rest = parts.pop() ?? ''
      for (const text of parts) yield { text, number: ++number, torn: false }
      if (length === 0) break
    }
    if (rest !== '') yield { text: rest, number: number + 1, torn: true }
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (thrown) {
    throw new SeaworthyError('SW_HISTORY_UNREADABLE', `while opening the history ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}
