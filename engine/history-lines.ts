import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { messageOf, SeaworthyError } from '../core/errors.js'
import type { HistoryEvent, IncompleteEvent, InterventionEvent, ProofGrade, RequestOutcome } from '../core/history.js'

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


type Words<T extends string> = Readonly<Record<T, true>>
const outcomeWords: Words<RequestOutcome> = {
  ok: true, degraded: true, 'polite-refusal': true, refused: true, 'reset-before-send': true, 'reset-idle': true, 'reset-in-flight': true,
  'closed-in-flight': true, truncated: true, timeout: true, 'error-status': true, 'wrong-content': true, cancelled: true,
}
const proofWords: Words<ProofGrade> = { A: true, B: true, C: true, D: true }
const phaseWords: Words<InterventionEvent['phase']> = { issued: true, acknowledged: true, failed: true, witnessed: true, undone: true, 'undo-failed': true }
const causeWords: Words<IncompleteEvent['cause']> = { intervention: true, deadline: true, harness: true, interrupted: true }
/** What a check decides by may be one of a few words only: another one would count for nothing. */
const wordsOf: Partial<Readonly<Record<HistoryEvent['kind'], readonly [string, Words<string>]>>> = {
  request: ['outcome', outcomeWords],
  witness: ['proof', proofWords],
  intervention: ['phase', phaseWords],
  incomplete: ['cause', causeWords],
}

const chunkBytes = 256 * 1024
const lineFeed = 0x0a

/** One line of a history file, and where its bytes are. A last line without its line feed is torn. */
export interface HistoryLine {
  readonly text: string
  /** From 1. */
  readonly number: number
  readonly offset: number
  readonly bytes: number
  readonly torn: boolean
}

/** Lines of a file, read in chunks: memory is bounded by the longest line. Throws SeaworthyError SW_HISTORY_UNREADABLE. */
export function* linesOf(path: string): Generator<HistoryLine> {
  const file = openHistoryFile(path)
  try {
    const begun: Buffer[] = []
    let number = 0
    let offset = 0
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const length = readSync(file, chunk, 0, chunkBytes, null)
      if (length === 0) break
      let from = 0
      for (let to = chunk.indexOf(lineFeed); to >= 0 && to < length; to = chunk.indexOf(lineFeed, from)) {
        const line = begun.length === 0 ? chunk.subarray(from, to) : Buffer.concat([...begun.splice(0), chunk.subarray(from, to)])
        yield { text: line.toString('utf8'), number: ++number, offset, bytes: line.length + 1, torn: false }
        offset += line.length + 1
        from = to + 1
      }
      if (from < length) begun.push(chunk.subarray(from, length))
    }
    const rest = Buffer.concat(begun)
    if (rest.length > 0) yield { text: rest.toString('utf8'), number: number + 1, offset, bytes: rest.length, torn: true }
  } finally {
    closeSync(file)
  }
}

/** The event that a line holds. Throws SeaworthyError SW_HISTORY_CORRUPT with file and line. */
export const eventIn = (text: string, path: string, number: number): HistoryEvent => validEvent(parseLine(text, path, number), path, number)

export function parseLine(text: string, path: string, number: number): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (thrown) {
    throw corrupt(path, number, messageOf(thrown))
  }
  throw corrupt(path, number, `found ${text.slice(0, 60)}, expected a JSON object`)
}

export function validEvent(value: Record<string, unknown>, path: string, number: number): HistoryEvent {
  const kind = value['kind'] as HistoryEvent['kind']
  const numbers = Object.hasOwn(numbersOf, String(kind)) ? numbersOf[kind] : undefined
  if (numbers === undefined) throw corrupt(path, number, `found an event of kind ${JSON.stringify(kind)}, expected one of ${Object.keys(numbersOf).join(', ')}`)
  const wrongNumber = numbers.find((key) => !Number.isFinite(value[key]))
  if (wrongNumber !== undefined) throw corrupt(path, number, `${kind}.${wrongNumber} is ${JSON.stringify(value[wrongNumber])}, expected a number`)
  const wrongText = textsOf[kind].find((key) => typeof value[key] !== 'string')
  if (wrongText !== undefined) throw corrupt(path, number, `${kind}.${wrongText} is ${JSON.stringify(value[wrongText])}, expected a text`)
  const [word, words] = wordsOf[kind] ?? []
  if (word !== undefined && words !== undefined && !Object.hasOwn(words, String(value[word]))) throw corrupt(path, number, `${kind}.${word} is ${JSON.stringify(value[word])}, expected one of ${Object.keys(words).join(', ')}`)
  if (kind === 'gate' && typeof value['passed'] !== 'boolean') throw corrupt(path, number, `gate.passed is ${JSON.stringify(value['passed'])}, expected true or false`)
  return value as unknown as HistoryEvent
}

export const corrupt = (path: string, line: number, found: string): SeaworthyError =>
  new SeaworthyError('SW_HISTORY_CORRUPT', `while reading the history: ${found} (${path}:${line})`, {
    hint: 'The file was changed or damaged after the run. Judge a run whose files are as they were written.',
  })

export function openHistoryFile(path: string): number {
  try {
    // Opening a pipe might never end.
    if (!statSync(path).isFile()) throw new Error('found no regular file')
    return openSync(path, 'r')
  } catch (thrown) {
    throw new SeaworthyError('SW_HISTORY_UNREADABLE', `while opening the history ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}
