import { expect, test } from 'vitest'
import { tellingEdges } from './fault-witness.js'

const edge = (to: string) => ({ from: 'replica-0', to })
const components = [
  { name: 'store', hard: true },
  { name: 'cache', hard: false },
  { name: 'notes', hard: false },
]

test('an edge that the service need not use is no witness of a fault on all of them', () => {
  expect(tellingEdges([edge('store'), edge('cache'), edge('notes')], components)).toEqual([edge('store')])
})
test('a fault on soft edges alone must be seen on each of them', () => {
  expect(tellingEdges([edge('cache'), edge('notes')], components)).toEqual([edge('cache'), edge('notes')])
})
