import { expect, test } from 'vitest'
import type { ScenarioContext } from '../../core/scenario.js'
import { lookUpPaceMs, Markers, writeMarkers } from './calm-phase.js'

test('quick answers are asked for more often, slow ones never faster than three a second', () => {
  expect([0, 2, 10, 60, 500].map(lookUpPaceMs)).toEqual([5, 5, 5, 240, 300])
})

/** A service that acknowledges the writes for which `acknowledges` is true, numbered from 0. Resolves to how many were sent and followed. */
async function marked(acknowledges: (index: number) => boolean): Promise<{ readonly sent: number; readonly followed: number }> {
  let sent = 0
  let nowMs = 0
  const context = {
    service: { data: { write: {} } },
    signal: new AbortController().signal,
    now: () => nowMs,
    pause: async (ms: number) => void (nowMs += ms),
    traffic: { newKey: () => `key-${sent}`, send: async () => ({ outcome: acknowledges(sent++) ? 'ok' : 'timeout' }) },
  } as unknown as ScenarioContext
  const markers = new Markers()
  await writeMarkers(context, markers, { count: 60, everyMs: 50 })
  return { sent, followed: markers.acknowledged.length }
}

test('a marker that was not acknowledged is made up for, within limits', async () => {
  expect(await marked(() => true)).toEqual({ sent: 60, followed: 60 })
  expect(await marked((index) => index !== 7 && index !== 59)).toEqual({ sent: 62, followed: 60 })
  expect(await marked((index) => index >= 6)).toEqual({ sent: 66, followed: 60 })
  expect(await marked((index) => index >= 7), 'too many: it would only take longer').toEqual({ sent: 60, followed: 53 })
  expect(await marked((index) => index < 58), 'once').toEqual({ sent: 62, followed: 58 })
})
