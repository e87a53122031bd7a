import { describe, expect, test } from 'vitest'
import { feedText } from '../../core/declarations/import.js'
import { changedFeed, changeSizes, firstFeed, inTheMiddle, spread } from './feeds.js'
import { suite } from './index.js'

const ids = suite.requirements.map((one) => one.id)

test('the requirements are the ones of the checklist, answered for once, and can be mended', () => {
  expect(ids).toEqual(['IMPT-01', 'IMPT-02', 'IMPT-03'])
  expect(suite.scenarios.flatMap((scenario) => scenario.checks.map((check) => check.requirement))).toEqual(ids)
  for (const requirement of suite.requirements) {
    for (const need of suite.scenarios[0]!.needs) expect(requirement.needs).toContain(need)
    expect(requirement.remediation.length).toBeGreaterThan(100)
    expect(requirement.limits).toBeDefined()
  }
})

describe('feeds', () => {
  const feed = firstFeed(200)
  test('changes are as many as asked for, wherever they are', () => {
    for (const changes of [0, 1, 30, 80, 200]) expect(changedFeed(feed, spread(changes, 200), 'other').filter(([, value], index) => value !== feed[index]![1])).toHaveLength(changes)
  })
  test('sizes stay below and above the limit, also where there is little room', () => {
    expect(changeSizes(200, 0.2, { belowPoints: 5, abovePoints: 20 })).toEqual({ below: 30, above: 80 })
    expect(changeSizes(200, 0.04, { belowPoints: 5, abovePoints: 20 })).toEqual({ below: 4, above: 48 })
    expect(changeSizes(200, 0.9, { belowPoints: 5, abovePoints: 20 })).toEqual({ below: 170, above: 200 })
  })
  test('the text has the header, a line for each record and the malformed lines in its middle', () => {
    const text = feedText({ header: 'key,value', line: '{key},{value}', malformedLine: '"{key}' }, [['a', '1'], ['b', '$&']], [1])
    expect(text).toBe('key,value\na,1\n"broken-1\nb,$&\n')
    expect(feedText({ line: '{key} {value}', malformedLine: '?' }, feed, inTheMiddle(5, 200)).split('\n').filter((line) => line === '?')).toHaveLength(5)
    expect(feedText({ line: '{key}' }, [])).toBe('')
  })
})
