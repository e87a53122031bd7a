import { expect, test } from 'vitest'
import type { Driver } from '../core/driver.js'
import type { Capability } from '../core/requirement.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { leftAlone } from './left-alone.js'

const driver: Pick<Driver, 'name' | 'offers' | 'whyNot'> = {
  name: 'attached',
  offers: ({ target }) => new Set<Capability>(['lifecycle.drain', ...(target.disposable ? (['config.apply'] as const) : [])]),
  whyNot: (capability) => (capability === 'config.apply' ? 'it cannot be put back' : undefined),
}
const service = (disposable: boolean): ServiceDescriptor => ({ target: { disposable } }) as unknown as ServiceDescriptor

test('what the driver does is not left alone', () => {
  expect(leftAlone(driver, service(false))('lifecycle.drain')).toBeUndefined()
  expect(leftAlone(driver, service(true))('config.apply')).toBeUndefined()
})

test('what it leaves alone has its reason, and whether the descriptor may allow it', () => {
  expect(leftAlone(driver, service(false))('config.apply')).toEqual({ reason: 'it cannot be put back', mayBeAllowed: true })
  expect(leftAlone(driver, service(true))('lifecycle.upgrade.tool')).toEqual({ reason: 'the attached driver does not do that', mayBeAllowed: false })
})
