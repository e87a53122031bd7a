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

test('a pass stays a pass, and says what it rests on', () => {
  const pass = passed('in time')
  expect(given({ kind: 'other', declared: false }, pass)).toMatchObject({ outcome: 'passed', summary: 'in time (how fast the balancer takes a replica out is not declared: 4 s was assumed)' })
  expect(given({ kind: 'other' }, pass)).toBe(pass)
})

test('what fails with a balancer that never takes anything out has another reason', () => {
  const anyhow = failed('all is lost', [])
  const history = historyOf([fact('ejectWindowMs', 4_000), fact('balancer', { kind: 'other', declared: false })])
  expect(unlessAssumedWindow(failure, history, () => anyhow)).toBe(anyhow)
  expect(unlessAssumedWindow(failure, history, () => passed('its share')).outcome).toBe('inconclusive')
})
