import { readFileSync } from 'node:fs'
import Ajv4 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import type { RunReport } from '../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from './fixtures.js'
import { addressOf, reportAsSarif } from './sarif.js'

interface SarifRun {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
  readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number; readonly kind: string; readonly level: string; readonly suppressions?: readonly { readonly justification: string }[] }[]
  readonly invocations: readonly { readonly executionSuccessful: boolean; readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[] }[]
}
const runOf = (report: RunReport): SarifRun => (JSON.parse(reportAsSarif(report, '/checkout')) as { runs: SarifRun[] }).runs[0]!

const ajv = new Ajv4.default({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const validate = ajv.compile(JSON.parse(readFileSync(new URL('schemas/sarif-2.1.0-rtm.5.json', import.meta.url), 'utf8')) as object)

describe('seaworthy.sarif', () => {
  test.each([
    ['the example', exampleReport],
    ['a green run', greenReport],
    ['a run without requirements', emptyReport],
    ['a crashed run', crashedReport],
    ['hostile text', hostileReport],
  ])('%s is valid by the schema of SARIF 2.1.0', (_, report) => {
    validate(JSON.parse(reportAsSarif(report, '/checkout')))
    expect(validate.errors ?? []).toEqual([])
  })

  test('the schema refuses what is no SARIF', () => {
    const log = JSON.parse(reportAsSarif(exampleReport, '/checkout')) as { runs: { results: { kind: string }[] }[] }
    log.runs[0]!.results[0]!.kind = 'lost'
    expect(validate(log)).toBe(false)
  })

  test('what failed or is missing is an error or a warning by its keyword; what is inconclusive is open', () => {
    const { results } = runOf(exampleReport)
    const of = (id: string): readonly string[] => results.filter((one) => one.ruleId === id).map(({ kind, level }) => `${kind} ${level}`)
    expect(of('DRAIN-03')).toEqual(['fail error'])
    expect(of('RDND-07')).toEqual(['fail error'])
    expect(of('DRAIN-06')).toEqual(['fail warning'])
    expect(of('START-05')).toEqual(['open none'])
    expect(of('DRAIN-01')).toEqual([])
    expect(of('MONI-02')).toEqual([])
  })

  test('every result leads to its rule', () => {
    const { results, tool } = runOf(exampleReport)
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  })

  test('a waiver is a suppression with its reason', () => {
    const waived = runOf(exampleReport).results.find(({ ruleId }) => ruleId === 'DRAIN-06')
    expect(waived?.suppressions?.[0]?.justification).toContain('orders team, until 2031-10-01')
  })

  test('errors of the harness are notifications of the tool', () => {
    const [invocation] = runOf(exampleReport).invocations
    expect(invocation?.toolExecutionNotifications.map(({ message }) => message.text)).toEqual([expect.stringContaining('MONI-02 could not be judged') as string])
    expect(runOf(crashedReport).invocations[0]?.executionSuccessful).toBe(false)
  })

  test('a descriptor inside the checkout has a relative address', () => {
    expect(addressOf('/checkout/services/a b/seaworthy.yaml', '/checkout')).toBe('services/a%20b/seaworthy.yaml')
    expect(addressOf('services/seaworthy.yaml', '/checkout')).toBe('services/seaworthy.yaml')
    expect(addressOf('/elsewhere/seaworthy.yaml', '/checkout')).toBe('file:///elsewhere/seaworthy.yaml')
  })
})
