import { expect, test } from 'vitest'

interface Report {
  readonly harness: { readonly version: string }
  readonly driver: string
  readonly profile: string
  readonly score: { readonly value: number | null; readonly coverage: number; readonly level: number }
  readonly requirements: readonly { readonly id: string; readonly outcome: string }[]
}
interface ExampleScores {
  scoresSection(reports: readonly (readonly [string, Report])[]): string
  withScores(page: string, section: string): string
}
// The scripts are plain JavaScript without declarations.
const script = new URL('../scripts/example-scores.js', import.meta.url).href
const { scoresSection, withScores } = (await import(script)) as ExampleScores

const outcomes = { 'CONF-01': 'missing', 'CONF-02': 'missing', 'START-01': 'missing', 'START-02': 'passed', 'START-03': 'inconclusive', 'DRAIN-03': 'failed' }
const report: Report = { harness: { version: '0.1.0' }, driver: 'process', profile: 'quick', score: { value: 6.6, coverage: 0.97, level: 0 }, requirements: Object.entries(outcomes).map(([id, outcome]) => ({ id, outcome })) }

test('a section has the score, and each requirement once', () => {
  const section = scoresSection([['stop.yaml', report]])
  expect(section).toContain('**stop.yaml**: Score 6 of 100 at 97 % coverage, no level reached')
  expect(section).toContain('- 1 passed: START-02\n- 1 failed: DRAIN-03\n- 1 undecided: START-03\n- 3 missing, because something that they need is not declared: CONF (all 2), START-01')
  expect(scoresSection([['stop.yaml', { ...report, requirements: [] }]])).toContain('- none failed')
})
test('a page gets its section at the end, and later has it replaced where it stands', () => {
  const section = scoresSection([['stop.yaml', report]])
  const page = withScores('# nginx\n', section)
  expect(page).toBe(`# nginx\n\n${section}\n`)
  expect(withScores(`${page}\nmore\n`, section)).toBe(`${page}\nmore\n`)
  const other = scoresSection([['other.yaml', report]])
  expect(withScores(`${page}\nmore\n`, other)).toBe(`# nginx\n\n${other}\n\nmore\n`)
})
