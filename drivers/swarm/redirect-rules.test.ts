import { expect, it } from 'vitest'
import { jumpRules, redirectRules } from './redirect-rules.js'

const calm = { addresses: ['10.0.1.9'], port: 8080, gateway: '172.23.0.1', sources: [{ addresses: ['10.0.1.3'], proxyPort: 40_001 }, { addresses: ['10.0.1.4'], proxyPort: 40_002 }], arriving: [] }

it('leads the connections of each replica to a proxy of its own, and nobody else\'s', () => {
  expect(redirectRules(calm)).toEqual([
    '*nat',
    ':SEAWORTHY-PREROUTING - [0:0]',
    ':SEAWORTHY-POSTROUTING - [0:0]',
    '-A SEAWORTHY-PREROUTING -s 10.0.1.3 -d 10.0.1.9 -p tcp --dport 8080 --syn -j DNAT --to-destination 172.23.0.1:40001',
    '-A SEAWORTHY-PREROUTING -s 10.0.1.4 -d 10.0.1.9 -p tcp --dport 8080 --syn -j DNAT --to-destination 172.23.0.1:40002',
    '-A SEAWORTHY-POSTROUTING -d 172.23.0.1 -p tcp --dport 40001 -j MASQUERADE',
    '-A SEAWORTHY-POSTROUTING -d 172.23.0.1 -p tcp --dport 40002 -j MASQUERADE',
    'COMMIT',
    '*filter',
    ':SEAWORTHY-INPUT - [0:0]',
    ':SEAWORTHY-OUTPUT - [0:0]',
    'COMMIT',
  ])
})

it('lets no connection from before the proxies go on through a fault, in either direction', () => {
  const [dropped, reset] = [{ addresses: ['10.0.1.3'], proxyPort: 40_001, unproxied: 'dropped' as const }, { addresses: ['10.0.1.4'], proxyPort: 40_002, unproxied: 'reset' as const }]
  expect(redirectRules({ ...calm, sources: [dropped, reset] }).slice(-5)).toEqual([
    '-A SEAWORTHY-INPUT -s 10.0.1.3 -d 10.0.1.9 -p tcp --dport 8080 -j DROP',
    '-A SEAWORTHY-OUTPUT -s 10.0.1.9 -d 10.0.1.3 -p tcp --sport 8080 -j DROP',
    '-A SEAWORTHY-INPUT -s 10.0.1.4 -d 10.0.1.9 -p tcp --dport 8080 ! --tcp-flags RST RST -j REJECT --reject-with tcp-reset',
    '-A SEAWORTHY-OUTPUT -s 10.0.1.9 -d 10.0.1.4 -p tcp --sport 8080 ! --tcp-flags RST RST -j REJECT --reject-with tcp-reset',
    'COMMIT',
  ])
})

it('has a replica that nobody knows yet wait, and covers every network that both are in', () => {
  const rules = redirectRules({ ...calm, addresses: ['10.0.1.9', '10.0.2.9'], sources: [{ addresses: ['10.0.1.3', '10.0.2.3'], proxyPort: 40_001 }], arriving: ['10.0.1.7'] })
  expect(rules.filter((one) => one.includes('--syn -j DROP'))).toEqual(['10.0.1.9', '10.0.2.9'].map((own) => `-A SEAWORTHY-INPUT -s 10.0.1.7 -d ${own} -p tcp --dport 8080 --syn -j DROP`))
  expect(rules.filter((one) => one.includes('DNAT'))).toHaveLength(4)
})

it('makes its chains before anything leads to them', () => {
  expect(jumpRules()).toEqual(['*nat', ':SEAWORTHY-PREROUTING - [0:0]', ':SEAWORTHY-POSTROUTING - [0:0]', '-I PREROUTING 1 -j SEAWORTHY-PREROUTING', '-I POSTROUTING 1 -j SEAWORTHY-POSTROUTING', 'COMMIT', '*filter', ':SEAWORTHY-INPUT - [0:0]', ':SEAWORTHY-OUTPUT - [0:0]', '-I INPUT 1 -j SEAWORTHY-INPUT', '-I OUTPUT 1 -j SEAWORTHY-OUTPUT', 'COMMIT'])
})
