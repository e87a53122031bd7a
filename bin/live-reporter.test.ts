import { afterEach, expect, test, vi } from 'vitest'
import { emptyReport } from '../reports/fixtures.js'
import { liveReporter } from './live-reporter.js'

afterEach(() => void vi.restoreAllMocks())

test('where only files were asked for, warnings alone are said, and where errors go', () => {
  const said = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((said.out += String(text))))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said.err += String(text))))
  const live = liveReporter(['junit'])
  live.onEvent({ type: 'scenario-started', scenario: 'a/b' })
  live.onEvent({ type: 'warning', message: 'the junit report could not be written: EISDIR' })
  live.onEvent({ type: 'run-ended', report: emptyReport })
  live.close()
  expect(said).toEqual({ out: '', err: 'seaworthy: the junit report could not be written: EISDIR\n' })
})
