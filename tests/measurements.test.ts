import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { measurementSchema, type Measurement } from '../bench/measurement.js'
import { measurementsPage, readMeasurements, unexplained } from '../bench/measurements-page.js'

const recorded = readMeasurements(join(dirname(fileURLToPath(import.meta.url)), '..', 'measurements'))
const literal: Measurement = {
  schema: measurementSchema, name: 'speed', title: 'Speed', command: 'npm run bench', date: '2026-01-02T03:04:05.000Z', machine: 'a machine',
  rows: [
    { what: 'fast', measured: '3 ms', target: 'at most 5 ms', met: true },
    { what: 'slow', measured: '9 | 10 ms', target: 'at most 5 ms', met: false },
    { what: 'unsaid', measured: '?', target: 'at most 5 ms' },
  ],
}

test('every recorded target that is not met or of which nothing could be said has its reason in measurements/reasons.json', () => {
  expect(unexplained(recorded)).toEqual([])
})

test('a missed target shows its reason, and one without is named', () => {
  expect(unexplained({ all: [literal], reasons: {} })).toEqual(['speed: slow', 'speed: unsaid'])
  expect(unexplained({ all: [literal], reasons: { 'speed: slow': 'because', 'speed: unsaid': 'nobody knows' } })).toEqual([])
  const page = measurementsPage({ all: [literal], reasons: { 'speed: slow': 'because', 'speed: unsaid': 'nobody knows' } })
  expect(page).toContain('1 of 3 targets are met, and of 1 nothing could be said')
  expect(page).toContain('| slow | 9 \\| 10 ms | at most 5 ms | **not met** | because |')
  expect(page).toContain('| unsaid | ? | at most 5 ms | not decided | nobody knows |')
})
