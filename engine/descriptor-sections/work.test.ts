import { describe, expect, test } from 'vitest'
import { dataFiles, dataFilesOf, documentedTimes, documentedTimesOf, startDrained, startDrainedOf } from './operations-of-replicas.js'
import { queueOf, queueSection, scheduleOf, scheduleSection } from './work.js'

const queue = { enqueue: { http: 'POST /jobs/{key}', effect: 'GET /effects/{key}#/count' }, running: 'GET /jobs/running#/running', duration: '400ms' }
const queued = (more: object) => queueOf(queueSection.parse({ ...queue, ...more }))

describe('queue', () => {
  test('is read with defaults', () => {
    expect(queued({})).toMatchObject({ durationMs: 400, delivery: 'exactly-once', redeliveryMs: 30_000, running: { path: '/jobs/running', pointer: '/running' }, enqueue: { name: 'queue.enqueue', effect: { path: '/effects/{key}' } } })
  })
  test.each([
    [{ enqueue: { http: 'POST /jobs/{key}' } }, /declares no effect/],
    [{ enqueue: { http: 'POST /jobs/{key}', effect: 'GET /effects#/count' } }, /same effect/],
    [{ enqueue: { http: 'POST /jobs', effect: 'GET /effects/{key}#/count' } }, /would be the same/],
  ])('%j is a contradiction', (more, message) => {
    expect(() => queued(more)).toThrow(message)
  })
  test('a key in the body is one too', () => {
    expect(queued({ enqueue: { http: 'POST /jobs', body: { id: '{key}' }, effect: 'GET /effects/{key}#/count' } }).enqueue.path).toBe('/jobs')
  })
})

describe('schedule', () => {
  const schedule = { period: '500ms', effects: 'GET /schedule#/done', slot: '/slot', instance: '/by' }
  test('is read', () => {
    expect(scheduleOf(scheduleSection.parse(schedule))).toEqual({ periodMs: 500, effects: { path: '/schedule', pointer: '/done' }, slotPointer: '/slot', instancePointer: '/by' })
  })
  test('needs a period', () => {
    expect(() => scheduleOf(scheduleSection.parse({ ...schedule, period: '0ms' }))).toThrow(/more than 0/)
  })
})

describe('replicas and files', () => {
  test('documented times', () => {
    expect(documentedTimesOf(documentedTimes.parse({ start: '8s', stop: '500ms', where: 'README.md' }))).toEqual({ startMs: 8_000, stopMs: 500, where: 'README.md' })
  })
  test('a drained start that changes nothing is a contradiction', () => {
    expect(startDrainedOf(startDrained.parse({ env: { DRAINED: '1' } }))).toEqual({ env: { DRAINED: '1' } })
    expect(() => startDrainedOf(startDrained.parse({}))).toThrow(/start as always/)
  })
  test('data files of a component that is there, with a pattern that is one', () => {
    const files = { component: 'notes', pattern: '\\.journal$', write: { http: 'PUT /notes/{key}' }, read: { http: 'GET /notes/{key}', expect: { json: { '/text': '{value}' } } } }
    expect(dataFilesOf(dataFiles.parse(files), ['notes'])).toMatchObject({ component: 'notes', pattern: /\.journal$/, write: { mutates: true }, read: { mutates: false } })
    expect(() => dataFilesOf(dataFiles.parse(files), [])).toThrow(/component "notes"/)
    for (const expected of [undefined, {}, { json: { '/id': '{key}' } }]) {
      expect(() => dataFilesOf(dataFiles.parse({ ...files, read: { http: 'GET /notes/{key}', expect: expected } }), ['notes'])).toThrow(/promises nothing of the value in its expect/)
    }
    expect(() => dataFilesOf(dataFiles.parse({ ...files, pattern: '(' }), ['notes'])).toThrow(/regular expression/)
  })
})
