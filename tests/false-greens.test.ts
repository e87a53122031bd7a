import { afterEach, describe, expect, test } from 'vitest'
import { failed, passed, inconclusive, type Check } from '../core/check.js'
import { eventsOf } from '../core/history.js'
import { countsAsLost, disturbedHarness, interventionsOf, requestsOf } from '../core/reading.js'
import { selectRequirements } from '../core/selection.js'
import { openHistory } from '../engine/history-file.js'
import { suites } from '../suites/index.js'
import { runFake, type FakeExperiment } from './fake-world.test-support.js'

/** Ways in which other instruments report success without having tested, each against the real engine. */
const removals: (() => void)[] = []
afterEach(() => removals.splice(0).forEach((remove) => remove()))

async function outcomeOf(experiment: FakeExperiment) {
  const { report, historyPath, remove } = await runFake(experiment)
  removals.push(remove)
  const [requirement] = report.requirements
  if (requirement === undefined) throw new Error('no requirement in the report')
  return { report, requirement, outcome: requirement.outcome, events: [...openHistory(historyPath).events()] }
}

type OpenCheck = Omit<Check, 'requirement'>
const alwaysPasses: OpenCheck = { id: 'always-passes', evaluate: () => passed('all is well') }
/** Judges the load `clients` over its whole length. */
const nothingLost: OpenCheck = {
  id: 'nothing-lost',
  evaluate: (history) => {
    const requests = requestsOf(history, 'clients')
    if (requests.length < 20) return inconclusive(`${requests.length} requests in window, needs 20`)
    const lost = requests.filter(countsAsLost)
    return lost.length > 0 ? failed(`${lost.length} of ${requests.length} lost`, [{ note: 'lost', requests: lost.map((one) => one.id) }]) : passed('none lost')
  },
}
const clients = { name: 'clients', ratePerSecond: 100, operations: ['read'], via: 'balancer', connections: 'keep-alive', durationMaxMs: 600 } as const

describe('a fault that did not land', () => {
  test('could not be injected: inconclusive, exit 2, names the fault and the cause', async () => {
    const { outcome, report, requirement } = await outcomeOf({
      controls: { kill: async () => { throw new Error('operation not permitted') } },
      exercise: async ({ control }) => control.kill(['replica-0']),
      checks: [alwaysPasses],
    })
    expect(outcome).toBe('inconclusive')
    expect(report.exitCode).toBe(2)
    expect(requirement.summary).toMatch(/kill.*replica-0.*operation not permitted/)
  })
  test('raised half way: inconclusive, and the undo is still done', async () => {
    let thawed = 0
    const { outcome, events } = await outcomeOf({
      controls: { freeze: async () => { throw new Error('half of it stopped') }, thaw: async () => void (thawed += 1) },
      exercise: async ({ control }) => void (await control.freeze('replica-0')),
      checks: [alwaysPasses],
    })
    expect(outcome).toBe('inconclusive')
    expect(thawed).toBe(1)
    expect(events.filter((event) => event.kind === 'intervention').map((event) => event.phase)).toEqual(['issued', 'failed', 'undone'])
  })
  test('an intervention that nobody witnessed has no witness in the history', async () => {
    const { events } = await outcomeOf({
      controls: { kill: async () => [] },
      exercise: async ({ control }) => control.kill(['replica-0']),
      checks: [{ id: 'needs-a-witness', evaluate: (history) => (interventionsOf(history, 'kill').some((one) => one.witnessedAtMs !== undefined) ? passed('seen') : inconclusive('the kill was not witnessed')) }],
    })
    expect(events.some((event) => event.kind === 'intervention' && event.phase === 'witnessed')).toBe(false)
  })
})

describe('the service around the fault', () => {
  test('not healthy before it: inconclusive, with the failing probe; the exercise does not begin', async () => {
    let exercised = false
    const { outcome, requirement } = await outcomeOf({
      respond: (_, response) => void response.writeHead(503).end(),
      exercise: async () => void (exercised = true),
      checks: [alwaysPasses],
    })
    expect(outcome).toBe('inconclusive')
    expect(requirement.summary).toMatch(/baseline not healthy: replica-0 .*readiness gives 503/)
    expect(exercised).toBe(false)
  })
  test('ready but failing its traffic: inconclusive too', async () => {
    const { outcome, requirement } = await outcomeOf({
      respond: (request, response) => void response.writeHead(request.url === '/ready' ? 200 : 500).end(),
      checks: [alwaysPasses],
    })
    expect(outcome).toBe('inconclusive')
    expect(requirement.summary).toMatch(/requests of normal traffic failed/)
  })
  test('failed during it and recovered before the end: failed, judged over the whole window', async () => {
    let broken = false
    const { outcome, report } = await outcomeOf({
      respond: (_, response) => void response.writeHead(broken ? 500 : 200).end(),
      exercise: async ({ traffic, pause }) => {
        const load = traffic.start(clients)
        await pause(200)
        broken = true
        await pause(100)
        broken = false
        await load.finished()
      },
      checks: [nothingLost],
    })
    expect(outcome).toBe('failed')
    expect(report.exitCode).toBe(1)
  })
  test('an orderly close with requests in flight: each one is counted as lost', async () => {
    let closing = false
    const { outcome, events } = await outcomeOf({
      respond: (request, response) => void (closing ? request.socket.end() : response.end('{}')),
      exercise: async ({ traffic, pause }) => {
        const load = traffic.start(clients)
        await pause(200)
        closing = true
        await load.finished()
        closing = false
      },
      checks: [nothingLost],
    })
    expect(outcome).toBe('failed')
    const lost = events.filter((event) => event.kind === 'request' && event.load === 'clients' && event.outcome !== 'ok')
    expect(lost.length).toBeGreaterThan(20)
    expect(lost.every((event) => event.kind === 'request' && ['closed-in-flight', 'reset-idle', 'reset-in-flight'].includes(event.outcome))).toBe(true)
  })
})

describe('nothing was observed', () => {
  test('no traffic in the window: inconclusive', async () => {
    const { outcome, requirement, report } = await outcomeOf({ checks: [nothingLost] })
    expect(outcome).toBe('inconclusive')
    expect(requirement.summary).toBe('0 requests in window, needs 20')
    expect(report.exitCode).toBe(2)
  })
  test('no check of any suite passes on an empty history', () => {
    const empty = { events: () => [] }
    for (const check of suites.flatMap((suite) => suite.scenarios).flatMap((scenario) => scenario.checks)) {
      const requirement = suites.flatMap((suite) => suite.requirements).find((one) => one.id === check.requirement)
      const thresholds = Object.fromEntries((requirement?.thresholds ?? []).map((one) => [one.key, one.standard]))
      expect(check.evaluate(empty, thresholds), check.id).toMatchObject({ outcome: 'inconclusive' })
    }
  })
  test('a scenario without checks does not load', async () => {
    await expect(outcomeOf({ checks: [] })).rejects.toMatchObject({ code: 'SW_SUITE_INVALID', message: expect.stringContaining('testing/it-holds has no check') as string })
  })
  test('a filter that matches nothing is an error', () => {
    expect(() => selectRequirements(['DRAIN-99'], suites)).toThrow(expect.objectContaining({ exitCode: 64 }))
  })
})

describe('the harness itself', () => {
  test('the undo failed: the verdict is kept, the run is marked not restored, exit 2', async () => {
    const { outcome, report } = await outcomeOf({
      controls: { freeze: async () => {}, thaw: async () => { throw new Error('no such process') } },
      exercise: async ({ control }) => void (await control.freeze('replica-0')),
      checks: [alwaysPasses],
    })
    expect(outcome).toBe('passed')
    expect(report.restored).toBe(false)
    expect(report.notRestored.join()).toContain('no such process')
    expect(report.exitCode).toBe(2)
  })
  test('a tool error is not charged to the service', async () => {
    const broken = await outcomeOf({ exercise: async () => { throw new TypeError('undefined is not a function') }, checks: [{ id: 'fails', evaluate: () => failed('bad') }] })
    expect(broken.outcome).toBe('error')
    expect(broken.report.exitCode).toBe(2)
    const undeployed = await outcomeOf({ deployFails: new Error('no space left on device'), checks: [alwaysPasses] })
    expect(undeployed.outcome).toBe('error')
    expect(undeployed.requirement.summary).toContain('no space left on device')
  })
  test('a check that crashed is in the report as an error, exit 2', async () => {
    const { outcome, report, requirement } = await outcomeOf({ checks: [{ id: 'crashes', evaluate: () => { throw new Error('no window') } }, alwaysPasses] })
    expect(outcome).toBe('error')
    expect(requirement.findings.map((one) => one.outcome)).toEqual(['error', 'passed'])
    expect(report.exitCode).toBe(2)
  })
  test('a stall of the harness in a window judged by time: inconclusive, with the measured stall', async () => {
    const { outcome, requirement } = await outcomeOf({
      exercise: async ({ pause }) => {
        await pause(300)
        for (const endAt = performance.now() + 700; performance.now() < endAt; );
        await pause(400)
      },
      checks: [{ id: 'in-time', evaluate: (history) => disturbedHarness(history, { fromMs: 0, toMs: Infinity }, 300) ?? passed('in time') }],
    })
    expect(outcome).toBe('inconclusive')
    expect(requirement.summary).toMatch(/stalled for (6|7|8|9)\d\d ms/)
  })
  test('an interrupt gives a partial report in which nothing passed and nothing failed', async () => {
    const controller = new AbortController()
    const { outcome, report } = await outcomeOf({
      signal: controller.signal,
      exercise: async ({ pause }) => {
        controller.abort()
        await pause(5_000)
      },
      checks: [{ id: 'fails', evaluate: () => failed('bad') }],
    })
    expect(report.status).toBe('interrupted')
    expect(outcome).toBe('inconclusive')
  })
  test('an exercise that ignores its signal is cut', async () => {
    const controller = new AbortController()
    const startedAt = performance.now()
    const { report } = await outcomeOf({
      signal: controller.signal,
      exercise: () => new Promise(() => setTimeout(() => controller.abort(), 50)),
      checks: [alwaysPasses],
    })
    expect(report.status).toBe('interrupted')
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  })
  test('what happened is all in the history: gate, facts, interventions', async () => {
    const { events } = await outcomeOf({ checks: [alwaysPasses] })
    const gates = [...eventsOf({ events: () => events }, 'gate')]
    expect(gates).toMatchObject([{ name: 'baseline', passed: true }])
  })
})
