import { describe, expect, test } from 'vitest'
import { canonical, changesBetween, parseFeed, underRules } from './import-feed.js'
import { importDefaults, importSettingsOf, noRules, withRule } from './import-settings.js'

describe('feeds', () => {
  test('lines that are no records are rejected one by one, with their place', () => {
    const feed = parseFeed('{"key":"a","value":1}\n{"key":\n{"key":"","value":1}\n{"key":"b"}\n\n{"key":"a","value":2}\n{"key":"c","value":null}\n')
    expect([...feed.records]).toEqual([['a', 1], ['c', null]])
    expect(feed.rejected.map(({ line }) => line)).toEqual([2, 3, 4, 6])
    expect([...feed.beforeRejected.keys()]).toEqual(['a'])
  })
  test('rules leave out and replace', () => {
    const records = new Map<string, unknown>([['a', 1], ['b', 2], ['c', 3]])
    expect([...underRules(records, { block: ['a'], override: { b: 'ours', d: 'not in the feed' } })]).toEqual([['b', 'ours'], ['c', 3]])
    expect(underRules(records, noRules)).toEqual(records)
  })
  test('changes are what differs, and what is gone unless something was rejected', () => {
    const present = new Map([['a', canonical({ x: 1, y: 2 })], ['b', canonical(2)], ['c', canonical(3)]])
    const wanted = new Map<string, unknown>([['a', { y: 2, x: 1 }], ['b', 5]])
    expect(changesBetween(present, wanted, { removes: true, blocked: [] })).toEqual({ put: new Map([['b', 5]]), remove: ['c'] })
    expect(changesBetween(present, wanted, { removes: false, blocked: [] }).remove).toEqual([])
    expect(changesBetween(present, wanted, { removes: false, blocked: ['c'] }).remove).toEqual(['c'])
  })
})

describe('settings', () => {
  test('have defaults', () => expect(importSettingsOf()).toEqual(importDefaults))
  test('a rule replaces the one that the key had, and goes', () => {
    const place = { source: 's', key: 'k' }
    const blocked = withRule(importDefaults, place, { kind: 'block' })
    expect(withRule(blocked, place, { kind: 'block' })).toEqual(blocked)
    const replaced = withRule(blocked, place, { kind: 'override', value: 1 })
    expect(replaced.rules['s']).toEqual({ block: [], override: { k: 1 } })
    expect(withRule(replaced, place, undefined).rules['s']).toEqual(noRules)
    expect(importSettingsOf(replaced)).toEqual(replaced)
  })
  test.each([
    [[], 'at imports, expected a mapping'],
    [{ changeShare: 1 }, 'imports.changeShare, expected one of'],
    [{ changeShareMax: 0 }, '0 at imports.changeShareMax'],
    [{ rules: { s: { block: 'k' } } }, '"k" at imports.rules.s.block'],
    [{ rules: { s: { blocks: [] } } }, 'imports.rules.s.blocks'],
  ])('refuses %j and names the place', (document, place) => {
    expect(() => importSettingsOf(document)).toThrow(place)
  })
})
