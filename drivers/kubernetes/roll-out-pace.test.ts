import { describe, expect, test } from 'vitest'
import type { Workload } from './objects.js'
import { paceBack, paceChange, paceIn, paceToHold } from './roll-out-pace.js'

type Spec = Workload['spec']
const template = { spec: { containers: [{ name: 'web', image: 'web:1' }] } }
const specOf = (rollingUpdate: object, times: object): Spec => ({ replicas: 3, selector: {}, template, strategy: { type: 'RollingUpdate', rollingUpdate: { ...rollingUpdate } }, ...times })

/** As the API server merges it. */
function withChange(spec: Spec, change: object): Spec {
  const { strategy = {}, ...times } = change as { readonly strategy?: { readonly rollingUpdate?: object } }
  const merged = { ...spec, ...times, strategy: { ...spec.strategy!, rollingUpdate: { ...spec.strategy?.rollingUpdate, ...strategy.rollingUpdate } } }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as unknown as Spec
}

describe('the pace of a Deployment that was told to stop half way is given back field by field', () => {
  test.each([
    ['nothing', {}, {}, { maxSurge: 1, maxUnavailable: 0 }, { progressDeadlineSeconds: 600 }],
    ['the surge', { maxSurge: 2 }, {}, { maxSurge: 2, maxUnavailable: 0 }, { progressDeadlineSeconds: 600 }],
    ['how many may be missing', { maxUnavailable: 2 }, {}, { maxSurge: 1, maxUnavailable: 2 }, { progressDeadlineSeconds: 600 }],
    ['a surge of none, so that one has to be missing', { maxSurge: '0%' }, {}, { maxSurge: '0%', maxUnavailable: 1 }, { progressDeadlineSeconds: 600 }],
    ['the deadline', {}, { progressDeadlineSeconds: 90_000 }, { maxSurge: 1, maxUnavailable: 0 }, { progressDeadlineSeconds: 90_000 }],
    ['the time until a pod is available', {}, { minReadySeconds: 30 }, { maxSurge: 1, maxUnavailable: 0 }, { minReadySeconds: 30, progressDeadlineSeconds: 600 }],
    ['a time that the deadline that was found would be too short for', {}, { minReadySeconds: 700 }, { maxSurge: 1, maxUnavailable: 0 }, { minReadySeconds: 700, progressDeadlineSeconds: 701 }],
  ])('where somebody has set %s meanwhile', (_, rolling, times, rollingBack, timesBack) => {
    const found = specOf({ maxSurge: 1, maxUnavailable: 0 }, { progressDeadlineSeconds: 600 })
    const given = paceToHold('deployment', found)
    const held = withChange(withChange(found, paceChange('deployment', given)), { strategy: { rollingUpdate: rolling }, ...times })
    const back = withChange(held, paceBack('deployment', held, { found: paceIn(found, given), given }))
    expect(back).toEqual(specOf(rollingBack, timesBack))
  })

  test('and is as long as it may be before the deadline of somebody else', () => {
    const found = specOf({ maxSurge: 1, maxUnavailable: 0 }, { minReadySeconds: 90_000, progressDeadlineSeconds: 100_000 })
    const given = paceToHold('deployment', found)
    const held = withChange(withChange(found, paceChange('deployment', given)), { progressDeadlineSeconds: 86_500 })
    expect(withChange(held, paceBack('deployment', held, { found: paceIn(found, given), given }))).toMatchObject({ minReadySeconds: 86_499, progressDeadlineSeconds: 86_500 })
  })

  test('and under another strategy, which has none, the times alone', () => {
    const found = specOf({ maxSurge: 1, maxUnavailable: 0 }, { progressDeadlineSeconds: 600 })
    const given = paceToHold('deployment', found)
    const { strategy: _strategy, ...rest } = withChange(found, paceChange('deployment', given))
    expect(paceBack('deployment', { ...rest, strategy: { type: 'Recreate' } }, { found: paceIn(found, given), given })).toEqual({ minReadySeconds: null, progressDeadlineSeconds: 600 })
  })
})
