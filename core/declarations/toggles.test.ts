import { describe, expect, test } from 'vitest'
import { featureState, namesInList } from './toggles.js'

const widget = { whenOn: { kind: 'value', value: ['a'] }, whenOff: { kind: 'absent' } } as const
const route = { whenOn: { kind: 'present' }, whenOff: { kind: 'status', status: 404 } } as const

describe('the state of a feature', () => {
  test.each([
    [widget, { outcome: 'read', status: 200, value: ['a'] }, 'on'],
    [widget, { outcome: 'absent', status: 200 }, 'off'],
    [widget, { outcome: 'read', status: 200, value: ['b'] }, 'neither'],
    [widget, { outcome: 'error-status', status: 404 }, 'neither'],
    [widget, { outcome: 'error-status', status: 503 }, 'unread'],
    [widget, { outcome: 'timeout' }, 'unread'],
    [route, { outcome: 'read', status: 200, value: 0 }, 'on'],
    [route, { outcome: 'error-status', status: 404 }, 'off'],
    [route, { outcome: 'error-status', status: 500 }, 'unread'],
    [route, { outcome: 'refused' }, 'unread'],
  ] as const)('%j reads %j as %s', (feature, read, state) => {
    expect(featureState(feature, read)).toBe(state)
  })
})

test('names of toggles are found in every form of list', () => {
  expect(namesInList(['a', 'b'])).toEqual(['a', 'b'])
  expect(namesInList([{ name: 'a', on: true }, { other: 1 }])).toEqual(['a'])
  expect(namesInList({ a: true, b: false })).toEqual(['a', 'b'])
  expect(namesInList('a, b')).toEqual([])
})
