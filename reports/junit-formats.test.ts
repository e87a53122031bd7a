import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse as parseWithJunit2json } from 'junit2json'
import resultsParser from 'test-results-parser'
import { afterAll, describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import type { RunReport } from '../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from './fixtures.js'
import { reportAsJunit } from './junit.js'

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-junit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * The schema of Jenkins is of a time when `skipped` had no message; Jenkins reads one since, as do the others, and its later
 * schema has it. So the element gets the type that `failure` has; all else is as published.
 */
const schema = readFileSync(new URL('schemas/jenkins-junit.xsd', import.meta.url), 'utf8').replace(
  '<xs:element name="skipped" type="xs:string"/>',
  '<xs:element name="skipped"><xs:complexType mixed="true"><xs:attribute name="type" type="xs:string"/><xs:attribute name="message" type="xs:string"/></xs:complexType></xs:element>',
)
const validate = (xml: string): ReturnType<typeof validateXML> => validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [schema] })

const reports: readonly (readonly [string, RunReport])[] = [
  ['the example', exampleReport],
  ['a green run', greenReport],
  ['a run without requirements', emptyReport],
  ['a crashed run', crashedReport],
  ['hostile text', hostileReport],
]

describe('junit.xml for others', () => {
  test.each(reports)('%s is valid by the schema of Jenkins', async (_, report) => {
    const { valid, errors } = await validate(reportAsJunit(report))
    expect(errors.map(({ message }) => message)).toEqual([])
    expect(valid).toBe(true)
  })
  test('the schema refuses what is no JUnit file', async () => {
    expect((await validate(reportAsJunit(exampleReport).replace('<failure ', '<fault ').replace('</failure>', '</fault>'))).valid).toBe(false)
  })

  test.each(reports)('junit2json reads %s with its numbers', async (_, report) => {
    const xml = reportAsJunit(report)
    const read = (await parseWithJunit2json(xml)) as { tests: number; failures: number; errors: number; testsuite: { testcase?: unknown[] }[] }
    const [, tests, failures, errors] = /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)"/.exec(xml)!
    expect([read.tests, read.failures, read.errors]).toEqual([tests, failures, errors].map(Number))
    expect(read.testsuite.flatMap(({ testcase = [] }) => testcase)).toHaveLength(report.requirements.length + 1)
  })

  test('test-results-parser reads the example with its numbers', () => {
    const path = join(folder, 'junit.xml')
    writeFileSync(path, reportAsJunit(exampleReport))
    const read = resultsParser.parse({ type: 'junit', files: [path] })
    expect(read.total).toBe(exampleReport.requirements.length + 1)
    expect(read.status).toBe('FAIL')
    const named = read.suites.flatMap(({ cases }) => cases).find(({ name }) => name.startsWith('DRAIN-03'))
    expect(named).toMatchObject({ status: 'FAIL', failure: expect.stringContaining('3 of 30 requests') as string })
  })
})
