import { expect, test } from 'vitest'
import type { PlatformRelease, PlatformRollOut } from '../../core/driver.js'
import { InterventionFailed } from '../../core/errors.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { stopHalfWayByPlatform } from './half-way.js'

const upgrade = { version: { path: '/version', pointer: '/release' }, releases: { v1: { name: 'v1', reads: '1', changes: {} }, v2: { name: 'v2', reads: '2', changes: { env: { RELEASE: 'v2' } } } }, from: 'v1', to: 'v2', bad: [], maxUnavailable: 1, features: [] }
const landedAt = (...instances: string[]): PlatformRollOut => ({ ok: true, reached: instances.length, displaced: instances.length, instances })

/** What was ordered, and through which replicas values were read. */
async function exercised(half: PlatformRollOut | Error, { back = { ok: true, reached: 1, displaced: 1 }, ready = true, left }: { readonly back?: PlatformRollOut | Error; readonly ready?: boolean; readonly left?: string } = {}): Promise<string[]> {
  const calls: string[] = []
  const rollOut = async ({ name, changes }: PlatformRelease, { inPart }: { readonly inPart?: boolean }): Promise<PlatformRollOut> => {
    calls.push(`${name} ${JSON.stringify(changes)}${inPart === true ? ' in part' : ''}`)
    const end = inPart === true ? half : back
    if (end instanceof Error) throw end
    return end
  }
  const context = {
    service: { target: { swarm: {} }, lifecycle: { upgrade, startTimeoutMs: 1_000 } },
    instances: ['replica-0', 'replica-1'].map((id) => ({ id })),
    returnWindowMs: 1,
    threshold: () => 1,
    step: () => {},
    observe: () => {},
    untilReady: async (id: string) => (calls.push(`ready ${id}`), ready || inPartOnly(calls)),
    untilInRotation: async () => true,
    control: { rollOut },
    traffic: {
      readValue: async ({ via }: { readonly via: string }) => (calls.push(`version of ${via}`), { outcome: 'read', value: via === left ? '2' : '1' }),
      readNeverWritten: async () => {},
    },
  } as unknown as ScenarioContext
  calls.push(String(await stopHalfWayByPlatform(context)))
  return calls
}
/** Before it is taken back. */
const inPartOnly = (calls: readonly string[]): boolean => !calls.includes('as found {}')
const [begun, takenBack, whole] = ['v2 {"env":{"RELEASE":"v2"}} in part', 'as found {}', ['ready replica-0', 'ready replica-1', 'version of replica-0', 'version of replica-1', 'true']] as const

test('the replica that the platform chose and one that it did not are compared, then the part is taken back', async () => {
  const versions = ['version of replica-1', 'version of replica-0']
  expect(await exercised(landedAt('replica-1'))).toEqual([begun, 'ready replica-1', ...versions, ...versions, takenBack, ...whole])
})

test.each([
  ['that is on every replica', landedAt('replica-0', 'replica-1')],
  ['of which nobody says where it is', { ok: true, reached: 1, displaced: 1 }],
  ['that did not succeed', { ok: false, error: 'paused', reached: 1, displaced: 1 }],
  ['that could not be ordered', new InterventionFailed('rollOut', 'replicas', 'no such image')],
])('nothing is compared after one %s, and it is taken back', async (_, half) => {
  expect(await exercised(half)).toEqual([begun, takenBack, ...whole])
})

const lasting = (...calls: string[]): string[] => calls.slice(calls.indexOf(takenBack))
test('what could not be taken back, or does not come back, is told', async () => {
  expect(lasting(...(await exercised(landedAt('replica-1'), { back: { ok: false, error: 'paused', reached: 1, displaced: 1 } })))).toEqual([takenBack, 'false'])
  expect(lasting(...(await exercised(landedAt('replica-1'), { ready: false })))).toEqual([takenBack, 'ready replica-0', 'false'])
})
const refused = new InterventionFailed('rollOut', 'replicas', 'it is that already')
test('where nothing was ordered there is nothing to take back, and what was may be there still', async () => {
  expect(lasting(...(await exercised(refused, { back: refused })))).toEqual([takenBack, ...whole])
  expect(lasting(...(await exercised(landedAt('replica-1'), { back: refused, left: 'replica-1' })))).toEqual([takenBack, ...whole.slice(0, 4), 'false'])
})
