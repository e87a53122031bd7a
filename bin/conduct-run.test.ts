import { expect, test } from 'vitest'
import type { RunReport } from '../core/run-report.js'
import { withUnwritten } from './conduct-run.js'

const report = { exitCode: 0, verdict: 'seaworthy' } as unknown as RunReport

test('a report that was asked for and could not be written is a fault, whichever it was', () => {
  expect(withUnwritten(report, ['junit'])).toMatchObject({ exitCode: 70, verdict: 'the junit report could not be written; seaworthy' })
  expect(withUnwritten(report, ['json', 'html'])).toMatchObject({ exitCode: 70, verdict: 'run.json could not be written; seaworthy' })
  expect(withUnwritten(report, [])).toBe(report)
})
