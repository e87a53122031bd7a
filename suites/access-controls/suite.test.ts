import { expect, test } from 'vitest'
import { suite } from './index.js'

const ids = suite.requirements.map((one) => one.id)

test('the requirements are the ones of the checklist', () => {
  expect(ids).toEqual(['ACCS-01', 'ACCS-02', 'ACCS-03'])
})
test('every requirement is answered for once, asks for what its scenario needs, and can be mended', () => {
  expect(suite.scenarios.flatMap((scenario) => scenario.checks.map((check) => check.requirement))).toEqual(ids)
  for (const requirement of suite.requirements) {
    for (const need of suite.scenarios[0]!.needs) expect(requirement.needs).toContain(need)
    expect(requirement.remediation.length).toBeGreaterThan(100)
    expect(requirement.limits).toBeDefined()
  }
})
