import { expect, test } from 'vitest'
import { exampleReport, greenReport, hostileReport } from './fixtures.js'
import { annotationsOf } from './github.js'

test('failed MUSTs are errors in the descriptor, those above the required level, what could not be judged and failed SHOULDs are warnings', () => {
  const lines = annotationsOf({ ...exampleReport, service: { name: 'orders', descriptor: '/checkout/services/orders.yaml' } }, '/checkout')
  expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(2)
  expect(lines[0]).toMatch(/^::error file=services\/orders\.yaml,line=1,title=DRAIN-03 In-flight requests are completed::failed: 3 of 30 requests[^]*%0AStop accepting/)
  expect(lines.filter((line) => line.startsWith('::warning ')).map((line) => /title=([A-Z]+-\d+)/.exec(line)?.[1])).toEqual(['RDND-07', 'START-05', 'MONI-02'])
})

test('a descriptor outside of the checkout is not named', () => {
  expect(annotationsOf({ ...exampleReport, service: { name: 'orders', descriptor: '/elsewhere/x.yaml' } }, '/checkout')[0]).toMatch(/^::error title=/)
})

test('a green run says nothing', () => {
  expect(annotationsOf(greenReport, '/checkout')).toEqual([])
})

test('no line feed of a service begins a command of its own', () => {
  for (const line of annotationsOf(hostileReport, '/checkout')) {
    expect(line).toMatch(/^::(error|warning) [^\n\r]*$/)
    expect(/title=([^]*?)::/.exec(line)?.[1]).not.toMatch(/[,]/)
  }
})
