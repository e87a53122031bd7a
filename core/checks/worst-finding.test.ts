import { expect, test } from 'vitest'
import { failed, inconclusive, passed, strengthOf } from '../check.js'
import { outcomesText, requestEvidence, worstFinding } from './worst-finding.js'

test('the worst decides, and only it is summed up', () => {
  const finding = worstFinding([passed('good', [{ note: 'g' }]), failed('bad', [{ note: 'b' }]), inconclusive('unknown'), failed('worse')])
  expect(finding).toEqual({ outcome: 'failed', summary: 'bad; worse', evidence: [{ note: 'g' }, { note: 'b' }] })
})
test('strengths add up when all passed', () => {
  expect(worstFinding([passed('a', [], { strength: strengthOf(10) }), passed('b', [], { strength: strengthOf(20) })]).strength).toEqual(strengthOf(30))
  expect(worstFinding([passed('a')]).strength).toBeUndefined()
})
test('nothing judged is an error, never a pass', () => {
  expect(worstFinding([])).toMatchObject({ outcome: 'error', summary: 'nothing was judged' })
})
test('evidence carries at most 50 requests', () => {
  expect(requestEvidence({ note: 'n' }, Array.from({ length: 80 }, (_, id) => ({ id }))).requests).toHaveLength(50)
  expect(outcomesText([{ outcome: 'a' }, { outcome: 'b' }, { outcome: 'b' }])).toBe('2 b, 1 a')
})
