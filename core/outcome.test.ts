import { expect, test } from 'vitest'
import { mergeOutcomes } from './outcome.js'

test('the worst finding decides: failed > error > inconclusive > passed', () => {
  expect(mergeOutcomes(['passed', 'inconclusive'])).toBe('inconclusive')
  expect(mergeOutcomes(['inconclusive', 'error', 'passed'])).toBe('error')
  expect(mergeOutcomes(['error', 'failed'])).toBe('failed')
})
test('not-applicable only when all are', () => {
  expect(mergeOutcomes(['not-applicable', 'passed'])).toBe('passed')
  expect(mergeOutcomes(['not-applicable', 'not-applicable'])).toBe('not-applicable')
})
test('an outcome that does not exist is an error, never not-applicable', () => {
  expect(mergeOutcomes(['fail' as 'failed'])).toBe('error')
  expect(mergeOutcomes(['fail' as 'failed', 'passed'])).toBe('error')
})
test('no finding at all is an error, never a pass', () => {
  expect(mergeOutcomes([])).toBe('error')
})
