import { expect, test } from 'vitest'
import { failed, passed } from '../check.js'
import { historyOf } from '../history.js'
import { unlessAssumedWindow } from './assumed-window.js'
import { fact } from './literal-events.test-support.js'

const failure = failed('too late', [{ note: 'seen' }])
const given = (balancer: unknown, finding = failure) => unlessAssumedWindow(finding, historyOf([fact('ejectWindowMs', 4_000), ...(balancer === undefined ? [] : [fact('balancer', balancer)])]))

test('a failure by a guessed window is undecided, with what to declare and all that was seen', () => {
  const finding = given({ kind: 'the load balancer of the project shop', declared: false })
  expect(finding).toMatchObject({ outcome: 'inconclusive', evidence: failure.evidence, summary: expect.stringMatching(/^too late; .*4 s was assumed \(declare balancer:/) })
})

test.each([
  ['declared settings', { kind: 'the load balancer of the project shop' }],
  ['a balancer of ours', { kind: 'seaworthy', declared: false }],
  ['a history that does not say', undefined],
])('%s: it stays', (_, balancer) => expect(given(balancer)).toBe(failure))

test('a pass stays a pass', () => {
  const pass = passed('in time')
  expect(given({ kind: 'other', declared: false }, pass)).toBe(pass)
})
