import type { LiveReporter, RunEvent } from '../core/run-event.js'
import type { LineTarget } from './event-stream.js'
import { formatScoreLine } from './format.js'
import { toneOf } from './priorities.js'
import { shortText } from './terminal/event-lines.js'

const toneSigns = { good: '✓', bad: '✗', unsure: '?', broken: '!' } as const

/** Says nothing but the verdict at the end; warnings go to where errors go. */
export function createQuiet(target: LineTarget, warnings: LineTarget): LiveReporter {
  return {
    onEvent(event: RunEvent) {
      if (event.type === 'warning') warnings.write(`seaworthy: ${shortText(event.message)}\n`)
      if (event.type !== 'run-ended') return
      const { report } = event
      target.write(`${toneSigns[toneOf(report)]} ${shortText(report.service.name)}: ${shortText(report.verdict)}. ${formatScoreLine(report.score)}\n`)
    },
    close() {},
  }
}
