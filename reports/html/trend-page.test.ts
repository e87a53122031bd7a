import { describe, expect, test } from 'vitest'
import { exampleReport, greenReport, hostileReport } from '../fixtures.js'
import { trendPage } from './trend-page.js'

const later = { ...greenReport, runId: '20310315-092653-1b2c', startedAt: '2031-03-15T09:26:53.589Z' }

describe('a trend', () => {
  test('has a row for every requirement of any run, and the oldest run first', () => {
    const page = trendPage([later, exampleReport])
    for (const { id } of exampleReport.requirements) expect(page).toContain(`<code>${id}</code>`)
    expect(page.indexOf('20310314-092653-7f3a')).toBeLessThan(page.indexOf(later.runId))
    const row = /<code>DRAIN-03<\/code>[^]*?<\/tr>/.exec(page)![0]
    expect([...row.matchAll(/class="sr">([^<]+)|not in the catalogue/g)].map(([whole, word]) => word ?? whole)).toEqual(['failed', 'not in the catalogue'])
  })
  test('shows a measured value in each run', () => {
    const slower = { ...later, requirements: later.requirements.map((one) => ({ ...one, evidence: one.evidence.map((value) => ({ ...value, measured: (value.measured ?? 0) * 2 })) })) }
    expect(/<code>DRAIN-01<\/code>[^]*?<\/tr>/.exec(trendPage([exampleReport, slower]))![0]).toContain('0.21 → 0.42')
  })
  test('one run is a trend of one', () => {
    expect(trendPage([exampleReport])).toContain('<h1>1 run, ')
  })
  test('nothing that a service said becomes markup', () => {
    const page = trendPage([hostileReport, { ...hostileReport, startedAt: '2031-03-15T09:26:53.589Z' }])
    expect(page.replace(/<style>[^]*?<\/style>/, '')).not.toMatch(/<(script|img)|<svg onload/i)
  })
})
