import { expect, test } from 'vitest'
import { suite } from './index.js'

const ids = suite.requirements.map((one) => one.id)

test('the requirements are the ones of the checklist', () => {
  expect(ids).toEqual(['TOGL-01', 'TOGL-02', 'TOGL-03', 'TOGL-04', 'TOGL-05', 'TOGL-06', 'TOGL-07'])
})
test('every requirement is answered for once, asks for what its scenario needs, and can be mended', () => {
  const checks = suite.scenarios.flatMap((scenario) => scenario.checks.map((check) => check.requirement))
  const elsewhere = ['TOGL-03'] // a roll-out answers for it
  expect([...checks, ...elsewhere].sort()).toEqual([...ids].sort())
  for (const requirement of suite.requirements.filter((one) => !elsewhere.includes(one.id))) {
    for (const need of suite.scenarios[0]!.needs) expect(requirement.needs).toContain(need)
    expect(requirement.remediation.length).toBeGreaterThan(100)
    expect(requirement.requires ?? []).toEqual(requirement.id === 'TOGL-01' ? [] : ['TOGL-01'])
  }
})
