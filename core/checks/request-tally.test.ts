import { expect, test } from 'vitest'
import { evidenceRequestsMax } from '../check.js'
import { request, requests } from './literal-events.test-support.js'
import { RequestTally, tallyOf } from './request-tally.js'

test('counts outcomes, most frequent first, and names the first requests only', () => {
  const all = [...requests({ fromMs: 100, toMs: 700, everyMs: 10 }, { load: 'background' }), request(50, { load: 'background', outcome: 'refused', endedAtMs: 900 })]
  const tally = tallyOf(all)
  expect(tally).toMatchObject({ count: 61, outcomes: 'ok 60, refused 1', firstPlannedAtMs: 50, firstEndedAtMs: 105 })
  expect(tally.ids).toEqual(all.slice(0, evidenceRequestsMax).map(({ id }) => id))
})

test('of nothing says so', () => {
  expect(new RequestTally()).toMatchObject({ count: 0, outcomes: 'none', ids: [], firstPlannedAtMs: Infinity, firstEndedAtMs: Infinity })
})
