import { expect, test } from 'vitest'
import { InterventionFailed, SeaworthyError } from '../core/errors.js'
import { isOwnFault } from './own-fault.js'

const withCode = (code: string): Error => Object.assign(new Error(code), { code })
const several = (...errors: readonly unknown[]): AggregateError => new AggregateError(errors, 'several')

test.each(['EMFILE', 'ENFILE', 'ENOSPC', 'ENOMEM', 'EAGAIN'])('a shortage of our own (%s) is our fault, alone, as a cause, and among several errors', (code) => {
  const shortage = withCode(code)
  for (const thrown of [
    shortage,
    new InterventionFailed('kill', 'replica-0', 'nothing', shortage),
    several(new Error('other'), shortage),
    new InterventionFailed('kill', 'replica-0', 'nothing', several(new Error('other'), several(shortage))),
  ]) expect(isOwnFault(thrown)).toBe(true)
})

test('so is a machine of ours that was lost, among several errors', () => {
  expect(isOwnFault(several(new Error('other'), new SeaworthyError('SW_NOT_ENDED', 'left')))).toBe(true)
})

test('what the service or the user did is not', () => {
  const refused = withCode('ECONNREFUSED')
  for (const thrown of [refused, several(refused, refused), several(), new InterventionFailed('kill', 'replica-0', 'nothing', several(refused)), new SeaworthyError('SW_NOT_DONE', 'no'), 'EMFILE', undefined]) {
    expect(isOwnFault(thrown)).toBe(false)
  }
})
