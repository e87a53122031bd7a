import { describe, expect, test } from 'vitest'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from './fixtures.js'
import { reportAsJunit } from './junit.js'
import { childrenOf, parseXml, textOf, type XmlNode } from './xml-parser.test-support.js'

const parsed = (report: typeof exampleReport): XmlNode => parseXml(reportAsJunit(report))
const cases = (root: XmlNode): readonly XmlNode[] => childrenOf(root, 'testsuite').flatMap((suite) => childrenOf(suite, 'testcase'))
const caseOf = (root: XmlNode, id: string): XmlNode => {
  const found = cases(root).find(({ attributes }) => attributes['name']?.startsWith(`${id} `))
  if (found === undefined) throw new Error(`no test case for ${id}`)
  return found
}
const resultsOf = (node: XmlNode): readonly string[] => ['failure', 'error', 'skipped'].filter((name) => childrenOf(node, name).length > 0)

describe('junit.xml', () => {
  test.each([
    ['DRAIN-01', []],
    ['DRAIN-03', ['failure']],
    ['RDND-07', ['skipped']], // above the required level
    ['START-05', ['error']],
    ['MONI-02', ['error']],
    ['DRAIN-08', ['skipped']],
    ['RDND-04', ['skipped']],
    ['DRAIN-06', ['skipped']],
  ])('%s gives %j', (id, results) => {
    expect(resultsOf(caseOf(parsed(exampleReport), id))).toEqual(results)
  })

  test('the numbers of every suite and of the whole are those of the cases in it', () => {
    const root = parsed(exampleReport)
    for (const node of [root, ...childrenOf(root, 'testsuite')]) {
      const inside = node === root ? cases(root) : childrenOf(node, 'testcase')
      const count = (name: string): number => inside.filter((one) => resultsOf(one).includes(name)).length
      expect(node.attributes).toMatchObject({ tests: String(inside.length), failures: String(count('failure')), errors: String(count('error')) })
      if (node !== root) expect(node.attributes['skipped']).toBe(String(count('skipped')))
    }
    expect(cases(root)).toHaveLength(exampleReport.requirements.length + 1)
  })

  test('a waiver is named with its owner, date and reason, and what it hides', () => {
    const message = childrenOf(caseOf(parsed(exampleReport), 'DRAIN-06'), 'skipped')[0]?.attributes['message'] ?? ''
    expect(message).toContain('waived until 2031-10-01 by orders team')
    expect(message).toContain('failed: 4 of 20 connections')
  })

  test('a failure says what was measured, how to fix it and how to see it again', () => {
    const node = caseOf(parsed(exampleReport), 'DRAIN-03')
    const [failure] = childrenOf(node, 'failure')
    expect(failure?.attributes).toMatchObject({ type: 'failed', message: expect.stringContaining('3 of 30 requests') as string })
    for (const text of [textOf(failure!), textOf(childrenOf(node, 'system-out')[0]!)]) {
      expect(text).toContain('measured 3 requests, allowed 0 requests')
      expect(text).toContain('reproduce: seaworthy run')
      expect(text).toContain('to fix: Stop accepting new work')
    }
  })

  test('score, coverage, level and seed are properties of every suite', () => {
    for (const suite of childrenOf(parsed(exampleReport), 'testsuite')) {
      const properties = childrenOf(childrenOf(suite, 'properties')[0]!, 'property').map(({ attributes }) => [attributes['name'], attributes['value']])
      expect(Object.fromEntries(properties)).toMatchObject({ score: String(exampleReport.score.value), coverage: String(exampleReport.score.coverage), level: '0', seed: '271828' })
    }
  })

  test('the times of all cases add up to the scenarios that were judged', () => {
    const spent = cases(parsed(exampleReport)).reduce((sum, { attributes }) => sum + Number(attributes['time']), 0)
    const durations = exampleReport.scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0)
    expect(spent).toBeCloseTo(durations / 1_000, 1)
  })

  test('a stray requirement whose area is not listed is kept', () => {
    expect(cases(parsed({ ...exampleReport, areas: [] }))).toHaveLength(exampleReport.requirements.length + 1)
  })
})

describe('the run itself as a test case', () => {
  const runCase = (report: typeof exampleReport): XmlNode => caseOf(parsed(report), 'The')

  test('is green when the run is', () => {
    expect(cases(parsed(greenReport)).flatMap(resultsOf)).toEqual([])
  })
  test('adds nothing to what is red already', () => {
    expect(resultsOf(runCase(exampleReport))).toEqual([])
  })
  test.each([
    ['interrupted before the first verdict', emptyReport],
    ['crashed', crashedReport],
    ['complete but not restored', { ...greenReport, restored: false }],
    ['complete with nothing judged', { ...emptyReport, status: 'complete' as const, exitCode: 0 }],
    ['green in every requirement with a red exit code', { ...greenReport, exitCode: 1, verdict: 'stale waiver' }],
  ])('is an error when the run is %s', (_, report) => {
    expect(resultsOf(runCase(report))).toEqual(['error'])
  })
})

describe('hostile text', () => {
  const source = reportAsJunit(hostileReport)

  test('the document stays well-formed, with the same elements', () => {
    const skeleton = (node: XmlNode): unknown => [node.name, node.children.filter((child) => typeof child !== 'string').map((child) => skeleton(child as XmlNode))]
    expect(skeleton(parsed(hostileReport))).toEqual(skeleton(parsed(exampleReport)))
  })
  test('markers that CI servers obey are broken up', () => {
    expect(source).not.toMatch(/##\[|##vso\[|##teamcity\[|\[\[ATTACHMENT/)
    expect(source).toContain('ATTACHMENT')
  })
})

describe('the well-formedness check of these tests', () => {
  test.each([
    '<a>', '<a></b>', '<a b="1" b="2"/>', '<a>&nbsp;</a>', '<a>]]></a>', '<a b="<"/>', '<a>\u0001</a>', '<a>\ud800</a>', '<a/><b/>', '<a b=1/>',
  ])('refuses %j', (text) => {
    expect(() => parseXml(text)).toThrow()
  })
  test('resolves entities', () => {
    expect(textOf(parseXml('<a b="&quot;">&lt;&amp;&#10;</a>'))).toBe('<&\n')
  })
})
