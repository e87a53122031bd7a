import { expect, test } from 'vitest'
import { badgeEndpoint, badgeSvg } from './badge.js'
import { crashedReport, emptyReport, exampleReport, greenReport } from './fixtures.js'
import { parseXml } from './xml-parser.test-support.js'

test.each([
  ['a failing run', exampleReport, 'failing, level 0, 51 at 75 %', 'red'],
  ['a green run', greenReport, /^level \d, 100 at 100 %$/, 'brightgreen'],
  ['a crashed run', crashedReport, 'crashed', 'lightgrey'],
  ['an interrupted run', emptyReport, 'interrupted', 'lightgrey'],
])('%s', (_, report, message, color) => {
  const endpoint = JSON.parse(badgeEndpoint(report)) as Record<string, unknown>
  expect(endpoint).toMatchObject({ schemaVersion: 1, label: 'seaworthy', color })
  expect(endpoint['message']).toMatch(message)
  expect(Object.keys(endpoint).filter((key) => !['schemaVersion', 'label', 'message', 'color', 'isError'].includes(key))).toEqual([])
  const svg = badgeSvg(report)
  expect(parseXml(`<?xml version="1.0" encoding="UTF-8"?>${svg}`).name).toBe('svg')
  expect(svg).toContain(String(endpoint['message']))
})
