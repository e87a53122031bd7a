import { expect, test } from 'vitest'
import { noteShortage, onShortage } from './own-shortage.js'

test('shortages of our own are told, ordinary failures are not, and nobody is told after the end', () => {
  const told: string[] = []
  const end = onShortage((code) => told.push(code))
  for (const code of ['ECONNREFUSED', 'EMFILE', undefined, 'ECONNRESET', 'ENFILE']) noteShortage({ code })
  noteShortage(undefined)
  end()
  noteShortage({ code: 'EMFILE' })
  expect(told).toEqual(['EMFILE', 'ENFILE'])
})
