import { describe, expect, test } from 'vitest'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport, hostileText } from './fixtures.js'
import { markdownText, reportAsMarkdown } from './markdown.js'

describe('summary.md', () => {
  test('says the verdict, the score with its coverage and level, and what to do', () => {
    const text = reportAsMarkdown(exampleReport)
    expect(text.split('\n')[0]).toBe('## ❌ orders: not seaworthy: 2 MUST failed or missing (DRAIN-03, RDND-03)')
    expect(text).toMatch(/Score 51 of 100 at 75 % coverage, no level reached/)
    expect(text.indexOf('What to fix first')).toBeLessThan(text.indexOf('What could not be judged'))
    expect(text).toContain('`seaworthy run services/orders/seaworthy.yaml --only DRAIN-03')
  })
  test.each([
    ['a crashed run', crashedReport, '💥'],
    ['an interrupted run', emptyReport, '💥'],
    ['a green run', greenReport, '✅'],
  ])('%s begins with its sign', (_, report, sign) => {
    expect(reportAsMarkdown(report)).toContain(`## ${sign} `)
  })
  test('fits into a comment, whatever a service said', () => {
    const long = { ...hostileReport, requirements: Array.from({ length: 300 }, () => hostileReport.requirements[4]!).map((one) => ({ ...one, waived: null, summary: one.summary.repeat(50), remediation: one.remediation.repeat(50) })) }
    expect(reportAsMarkdown(long).length).toBeLessThan(65_536)
  })
  test('the only HTML in it is ours', () => {
    const tags = [...reportAsMarkdown(hostileReport).replace(/`[^`\n]*`/g, '').matchAll(/<\/?([a-z!-]+)/gi)].map(([, name]) => name)
    expect([...new Set(tags)].toSorted()).toEqual(['!--', 'details', 'sub', 'summary'])
  })
})

describe('text in Markdown', () => {
  test.each([
    ['a | b', 'a \\| b'],
    ['**bold** _it_ `code`', '\\*\\*bold\\*\\* \\_it\\_ \\`code\\`'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['ask @team about #12', 'ask @<!-- -->team about #<!-- -->12'],
    ['https://host/x', 'https:<!-- -->//host/x'],
    ['one\ntwo', 'one ↵ two'],
    ['- item', '\\- item'],
  ])('%j becomes %j', (text, expected) => {
    expect(markdownText(text)).toBe(expected)
  })
  test('a hostile text stays on its line', () => {
    expect(markdownText(hostileText)).not.toMatch(/[\n\u0000-\u001f]/)
  })
})
