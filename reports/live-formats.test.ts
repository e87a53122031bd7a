import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../core/run-event.js'
import { createEventStream } from './event-stream.js'
import { exampleReport, hostileReport } from './fixtures.js'
import { createQuiet } from './quiet.js'

const collected = (): { readonly texts: string[]; write(text: string): void } => {
  const texts: string[] = []
  return { texts, write: (text) => void texts.push(text) }
}
const events = (report = exampleReport): readonly RunEvent[] => [
  { type: 'scenario-started', scenario: 'queue-draining/one-replica-drains' },
  { type: 'warning', message: 'one\ntwo' },
  { type: 'run-ended', report },
]

describe('the event stream', () => {
  test('is one JSON object a line, whatever is said, and ends with the report', () => {
    const target = collected()
    const stream = createEventStream(target, () => 5)
    for (const event of events(hostileReport)) stream.onEvent(event)
    for (const text of target.texts) expect(text).toMatch(/^\{[^\n]*\}\n$/)
    const parsed = target.texts.map((text) => JSON.parse(text) as Record<string, unknown>)
    expect(parsed.map(({ type }) => type)).toEqual(['scenario-started', 'warning', 'run-ended'])
    expect(parsed[2]).toMatchObject({ sinceStartMs: 0, report: { runId: hostileReport.runId } })
  })
})

describe('quiet', () => {
  test('says the verdict with score, coverage and level, and warnings elsewhere', () => {
    const [target, warnings] = [collected(), collected()]
    const quiet = createQuiet(target, warnings)
    for (const event of events()) quiet.onEvent(event)
    expect(target.texts).toEqual(['✗ orders: not seaworthy: 2 MUST failed or missing (DRAIN-03, RDND-03). Score 51 of 100 at 75 % coverage, no level reached\n'])
    expect(warnings.texts).toEqual(['seaworthy: one ↵ two\n'])
  })
  test('is one line, whatever a service is called', () => {
    const target = collected()
    const quiet = createQuiet(target, collected())
    for (const event of events(hostileReport)) quiet.onEvent(event)
    expect(target.texts.join('')).toMatch(/^[^\n\u001b]*\n$/)
  })
})
