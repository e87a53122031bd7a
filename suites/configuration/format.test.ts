import { describe, expect, test } from 'vitest'
import type { ConfigFormat } from '../../core/declarations/config.js'
import { brokenText, parseAs, serialiseAs } from './format.js'
import { differingPaths, kindOf, leaves, missingLines, sameInOrder, valueAt, withValue } from './paths.js'
import { atPercentile, percentileFor } from './percentile.js'

const nested = { title: 'a', banner: { text: 'b c', seconds: 1 }, languages: ['en', 'de'] }
const flat = { TITLE: 'a', TEXT: 'b c' }
const formats: readonly (readonly [ConfigFormat, unknown])[] = [['yaml', nested], ['json', nested], ['env', flat], ['properties', flat], ['ini', { ...flat, section: { key: 'value' } }]]

describe('formats', () => {
  test.each(formats)('%s: what is written can be read', (format, parsed) => {
    expect(parseAs(format, serialiseAs(format, parsed))).toEqual(parsed)
  })
  test.each(formats)('%s: a broken text is refused by its parser', (format, parsed) => {
    expect(() => parseAs(format, brokenText(format, serialiseAs(format, parsed)))).toThrow()
  })
  test('quotes are written only where the format knows them', () => {
    expect(serialiseAs('properties', { A: 'b c' })).toBe('A=b c\n')
    expect(parseAs('properties', 'A="b c"')).toEqual({ A: '"b c"' })
    expect(serialiseAs('ini', { A: 'b c', D: 'e # f' })).toBe('A=b c\nD="e # f"\n')
  })
  test('comments, empty lines, quotes and export are no values', () => {
    expect(parseAs('env', '# a\n\nexport A="b c"\n; d\nE: f')).toEqual({ A: 'b c', E: 'f' })
  })
})

describe('paths', () => {
  test('a value is read, set, made and taken away without touching the original', () => {
    expect(valueAt(nested, '/banner/text')).toBe('b c')
    expect(valueAt(nested, '/languages/1')).toBe('de')
    expect(valueAt(nested, '/nowhere/at/all')).toBeUndefined()
    expect(withValue(nested, '/languages/1', 'fr')).toEqual({ ...nested, languages: ['en', 'fr'] })
    expect(withValue(nested, '/new/key', 1)).toEqual({ ...nested, new: { key: 1 } })
    expect(withValue(nested, '/banner/text', undefined)).toEqual({ ...nested, banner: { seconds: 1 } })
    expect(withValue(nested, '/languages/0', undefined)).toEqual({ ...nested, languages: ['de'] })
    expect(withValue(nested, '/nowhere', undefined)).toEqual(nested)
    expect(withValue({}, '/a~1b', 1)).toEqual({ 'a/b': 1 })
    expect(nested.banner.text).toBe('b c')
  })
  test('differences are found whatever the order, and masked ones left out', () => {
    expect(differingPaths(nested, { languages: ['en', 'de'], banner: { seconds: 1, text: 'b c' }, title: 'a' })).toEqual([])
    expect(differingPaths(nested, { title: 'a', banner: { text: 'x' }, languages: [] })).toEqual(['/banner/text', '/banner/seconds', '/languages/0', '/languages/1', '/languages'])
    expect(differingPaths(nested, { ...nested, banner: {} }, ['/banner'])).toEqual([])
    expect(sameInOrder({ a: 1, b: 2 }, { b: 2, a: 1 }, [])).toBe(false)
    expect(sameInOrder({ at: 1, b: 2 }, { b: 2, at: 2 }, ['/at'])).toBe(true)
    expect(leaves({ a: [], b: {} })).toEqual([['/a', '[]'], ['/b', '{}']])
    expect(missingLines('a\na\nb', 'a\nc')).toEqual(['a', 'b'])
  })
  test('kinds of places', () => {
    expect(['/title', '/banner/text', '/languages/1'].map((pointer) => kindOf(nested, pointer))).toEqual(['scalar', 'nested key', 'list element'])
  })
})

describe('percentiles', () => {
  test('as high as the number of samples can carry', () => {
    expect([1_000, 999, 200, 100, 50, 49].map(percentileFor)).toEqual([0.99, 0.95, 0.95, 0.9, 0.8, undefined])
  })
  test('with limits that are samples themselves', () => {
    const { value, lower, upper } = atPercentile(Array.from({ length: 200 }, (_, index) => index + 1), 0.95)
    expect(value).toBe(190)
    expect(lower).toBeLessThan(190)
    expect(upper).toBeGreaterThan(190)
    expect(upper).toBeLessThanOrEqual(200)
  })
})
