import { expect, test } from 'vitest'
import { atJsonPointer } from './json-pointer.js'

test('a pointer leads through objects and lists, or nowhere', () => {
  const document = { list: [{ 'a/b': 1, '~': 2 }] }
  expect(atJsonPointer(document, '')).toBe(document)
  expect(atJsonPointer(document, '/list/0/a~1b')).toBe(1)
  expect(atJsonPointer(document, '/list/0/~0')).toBe(2)
  expect(atJsonPointer(document, '/list/1/x')).toBeUndefined()
  expect(atJsonPointer('text', '/x')).toBeUndefined()
})
