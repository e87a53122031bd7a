import { expect, test } from 'vitest'
import { gatewayOf } from './network-gateway.js'

test('of several addresses the one of IPv4 counts, without its prefix', () => {
  expect(gatewayOf({ IPAM: { Driver: 'default', Config: [{ Gateway: 'fd00::1' }, { Gateway: '172.18.0.1/16' }] } }, 'reading a network')).toBe('172.18.0.1')
})

test.each([['no addresses at all', undefined], ['one of IPv6 alone', { Driver: 'default', Config: [{ Gateway: 'fd00::1' }] }]])('%s is an error', (_, IPAM) => {
  expect(() => gatewayOf({ IPAM }, 'reading a network')).toThrow('while reading a network: found no gateway, expected one of IPv4')
})
