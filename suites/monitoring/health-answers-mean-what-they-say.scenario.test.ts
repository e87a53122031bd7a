import { describe, expect, test } from 'vitest'
import { InterventionFailed } from '../../core/errors.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { scenario } from './health-answers-mean-what-they-say.scenario.js'

interface World {
  readonly kind?: string
  readonly hard?: boolean
  /** Nothing can be waited for or read any more once this many readings have begun in the frozen state. */
  readonly cutAfter?: number
  readonly cannotBeFrozen?: boolean
  readonly drains?: boolean
  /** Nothing of ours stands between it and its dependencies. */
  readonly hasNoEdges?: boolean
  readonly disposable?: boolean
  readonly hasSeveral?: boolean
  /** The driver leaves drains alone. */
  readonly isRefused?: boolean
}
/** What was done, in order, in a world whose readings of a frozen replica end all at once, by silence. */
async function exercised({ kind = 'process', hard = false, cutAfter = Infinity, cannotBeFrozen = false, drains = false, hasNoEdges = false, disposable = false, hasSeveral = false, isRefused = false }: World): Promise<{ readonly calls: readonly string[]; readonly thrown: unknown }> {
  const calls: string[] = []
  let frozenReadings = 0
  const cut = (): void => {
    if (frozenReadings >= cutAfter) throw new Error('given up')
  }
  const undoable = (what: string) => async () => {
    calls.push(what)
    return { appliedAtMs: 0, undo: async () => void calls.push(`undo ${what}`) }
  }
  const thresholds: Readonly<Record<string, number>> = { samples_per_state: 3, soft_fault_s: 1, shown_within_s: 1 }
  const components = hard ? [{ name: 'database', hard: true }, ...(hasSeveral ? [{ name: 'queue', hard: true }] : [])] : []
  const context = {
    service: { target: { kind, components, disposable }, overrides: {}, health: { readinessPath: '/ready' }, lifecycle: drains ? { drain: {} } : {} },
    profile: 'quick',
    instances: [{ id: 'replica-0' }, { id: 'replica-1' }],
    components,
    edges: hard && !hasNoEdges ? [{ from: 'replica-1', to: 'database' }] : [],
    signal: new AbortController().signal,
    now: () => 0,
    leftAlone: (capability: string) => (isRefused && capability === 'lifecycle.drain' ? { reason: 'a drain is its end', mayBeAllowed: false } : undefined),
    fact: () => {},
    step: () => {},
    pause: async () => cut(),
    until: async () => true,
    untilReady: async () => (calls.push('until ready'), true),
    threshold: (_id: string, key: string) => thresholds[key],
    traffic: {
      start: () => (calls.push('load'), { stop: async () => void calls.push('stop load') }),
      readHealth: async ({ state, via }: { readonly state: string; readonly via: string }) => {
        if (via !== 'balancer') calls.push(state)
        if (state === 'frozen' && via !== 'balancer') frozenReadings++
        await new Promise((resolve) => setTimeout(resolve, state === 'frozen' ? 20 : 0))
        cut()
      },
    },
    control: { freeze: cannotBeFrozen ? async () => Promise.reject(new InterventionFailed('freeze', 'replica-1', 'not all of it stopped')) : undoable('freeze'), drain: async () => void calls.push('drain'), faultDependency: undoable('fault'), killAndHold: (name: string) => undoable(`hold ${name}`)() },
  } as unknown as ScenarioContext
  const thrown = await scenario.exercise(context).then(() => undefined, (reason: unknown) => reason)
  return { calls, thrown }
}

describe('a service without a hard dependency', () => {
  test('is frozen without load, read a few times side by side, released and read again', async () => {
    const { calls } = await exercised({})
    const readings = (state: string, count = 3): string[] => Array.from({ length: count }, () => state)
    expect(calls).toEqual(['load', ...readings('healthy'), 'stop load', 'freeze', ...readings('frozen', 5), 'undo freeze', 'until ready', 'load', 'until ready', ...readings('recovered'), 'stop load'])
  })
  test.each(['remote', 'kubernetes'])('is not frozen where it runs elsewhere: %s', async (kind) => {
    expect((await exercised({ kind })).calls).not.toContain('freeze')
  })
  test('that cannot be frozen is drained all the same, where it has a drain; else there is nothing more to see', async () => {
    const { calls, thrown } = await exercised({ cannotBeFrozen: true, drains: true })
    expect([thrown, calls]).toEqual([undefined, expect.arrayContaining(['drain', 'draining'])])
    expect(calls).not.toContain('recovered')
    expect((await exercised({ cannotBeFrozen: true })).thrown).toBeInstanceOf(InterventionFailed)
    expect((await exercised({ cannotBeFrozen: true, drains: true, isRefused: true })).thrown).toBeInstanceOf(InterventionFailed)
  })
  test('a scenario that is cut while it is frozen throws once, and no reading throws beside it', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const { thrown } = await exercised({ cutAfter: 3 })
    await new Promise((resolve) => setTimeout(resolve, 60))
    process.off('unhandledRejection', note)
    expect([(thrown as Error).message, unhandled]).toEqual(['given up', []])
  })
})

test('a service with a hard dependency loses that, and is not frozen', async () => {
  const { calls } = await exercised({ hard: true })
  expect(calls).toContain('fault')
  expect(calls).not.toContain('freeze')
})

describe('where nothing stands between a service and its hard dependency', () => {
  const attached = { hard: true, hasNoEdges: true, kind: 'swarm' } as const
  test('it is killed and kept down, if the service is thrown away afterwards', async () => {
    const { calls } = await exercised({ ...attached, disposable: true })
    expect(calls.filter((call) => call.includes('hold'))).toEqual(['hold database', 'undo hold database'])
    expect(calls.indexOf('undo hold database')).toBeLessThan(calls.lastIndexOf('recovered'))
    expect(calls).not.toContain('fault')
  })
  test('not one of several, of which nobody knows whose they are', async () => {
    expect((await exercised({ ...attached, disposable: true, hasSeveral: true })).calls.some((call) => call.includes('hold'))).toBe(false)
  })
  test.each([['of somebody else', attached], ['of a driver that starts it', { ...attached, kind: 'process', disposable: true }]])('it is left alone: %s', async (_, world) => {
    expect((await exercised(world)).calls.some((call) => call.includes('hold'))).toBe(false)
  })
})
