// @ts-check
import { defineRequirement, defineSuite, failed, inconclusive, observationsOf, passed, requestsOf } from 'seaworthy'

const notCached = defineRequirement({
  id: 'X-NOTES-01',
  area: 'X-NOTES',
  title: 'No cache keeps a note',
  keyword: 'MUST',
  level: 1,
  safety: 'disruptive', // it kills a replica
  statement: 'Every answer forbids caches to keep it, also the first ones after a restart.',
  why: 'A note that was changed must not be seen as it was, and a proxy must not hand it to somebody else.',
  passCriterion: 'Cache-Control of each answer has no-store, in at least 50 answers of which 10 came after the restart.',
  remediation: 'Set Cache-Control: no-store where every answer passes, before any route is chosen.',
  needs: ['lifecycle.kill', 'health.readiness'],
  thresholds: [{ key: 'answers_min', unit: 'count', meaning: 'answers in all', standard: 50 }],
})

/** A check is pure: it knows the history and the thresholds, and nothing else. */
const everyAnswerIsNotStored = {
  id: 'every-answer-is-not-stored',
  requirement: notCached.id,
  /** @type {import('seaworthy').Check['evaluate']} */
  evaluate(history, thresholds) {
    const answers = requestsOf(history, 'notes').filter(({ outcome }) => outcome === 'ok')
    const kept = answers.filter(({ captured }) => !String(captured?.['cacheControl']).includes('no-store'))
    if (kept.length > 0) {
      return failed(`${kept.length} of ${answers.length} answers may be kept by a cache`, [{ note: 'answers without no-store', measured: kept.length, allowed: 0, unit: 'requests', requests: kept.slice(0, 50).map(({ id }) => id) }])
    }
    const [restart] = observationsOf(history, 'restarted')
    const after = answers.filter(({ endedAtMs }) => restart !== undefined && endedAtMs > restart.atMs)
    if (after.length < 10 || answers.length < Number(thresholds['answers_min'])) {
      return inconclusive(`only ${answers.length} answers, ${after.length} of them after the restart`)
    }
    return passed(`none of ${answers.length} answers may be kept by a cache, ${after.length} of them after a restart`)
  },
}

/** A scenario acts and never judges. Everything it does is recorded by what it is given. */
const answersAreAskedAcrossARestart = {
  id: /** @type {const} */ ('x-notes/answers-are-asked-across-a-restart'),
  title: 'Notes are read and written while a replica is killed and comes back',
  needs: /** @type {const} */ (['lifecycle.kill', 'health.readiness']),
  instanceCountMin: 1,
  expectedMs: () => 4_000,
  /** @param {import('seaworthy').ScenarioContext} context */
  async exercise(context) {
    const [first] = context.instances
    if (first === undefined) return
    const load = context.traffic.start({ name: 'notes', ratePerSecond: 50, operations: 'mixed', via: 'balancer', connections: 'fresh', durationMaxMs: 30_000 })
    try {
      await context.pause(1_000)
      context.step(`killing ${first.id}`)
      await context.control.kill([first.id], 'restart')
      if (!(await context.untilReady(first.id, 10_000)) || !(await context.untilInRotation(first.id, true, 10_000))) return
      context.observe('restarted', first.id, true)
      await context.pause(1_000)
    } finally {
      await load.stop()
    }
  },
  checks: [everyAnswerIsNotStored],
}

/** @returns {import('seaworthy').RequestEvent} */
const answer = (/** @type {number} */ id, /** @type {string} */ cacheControl) => ({
  kind: 'request', id, load: 'notes', operation: 'read', method: 'GET', via: 'balancer', plannedAtMs: id, sentAtMs: id, endedAtMs: id + 1, outcome: 'ok', status: 200, captured: { cacheControl },
})

export default defineSuite({
  id: 'x-notes',
  title: 'Notes',
  areas: [{ id: 'X-NOTES', title: 'Notes' }],
  requirements: [notCached],
  scenarios: [answersAreAskedAcrossARestart],
  // One careless answer among many good ones must be found.
  counterexamples: { 'X-NOTES-01': [...Array.from({ length: 80 }, (_, id) => answer(id, 'no-store')), answer(80, 'public, max-age=60')] },
})
