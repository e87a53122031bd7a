import { expect, test } from 'vitest'
import type { AccessControl, RateLimit } from '../../core/declarations/access.js'
import type { ScenarioContext, SendOptions } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { beforeEnablingLoad, limitBeforeEnablingLoad } from './names.js'
import { putInForce } from './put-in-force.js'

const caller = (name: string): { readonly headers: Readonly<Record<string, string>> } => ({ headers: { caller: name } })
const operation = (name: string, mutates: boolean): Operation => ({ name, mutates, headers: {} }) as unknown as Operation
const access = {
  callers: { permitted: caller('permitted'), denied: caller('denied'), unknown: caller('unknown'), operator: caller('operator') },
  unlisted: 'closed',
  operations: { read: operation('read', false), write: operation('write', true), operate: operation('operate', true) },
  enable: { via: 'http' },
  refusalStatus: [401, 403],
} as unknown as AccessControl
const rate = { operation: operation('banner', false), caller: caller('subscriber') } as unknown as RateLimit

interface Sent {
  readonly load: string
  readonly via: string
  readonly status: number
  readonly keyed: boolean
}
interface World {
  readonly selected?: readonly string[]
  readonly declared?: AccessControl
  /** Of a caller so long after the list was put in force; undefined: before. */
  readonly status: (caller: string, afterMs: number | undefined) => number
}

/** Two replicas on a clock of their own, on which each request takes 10 ms. Resolves to what was sent and for how long it was waited. */
async function asked({ selected = ['ACCS-01', 'ACCS-02'], declared = access, status }: World): Promise<{ readonly sent: readonly Sent[]; readonly waitedMs: number }> {
  let nowMs = 0
  let enabledAtMs: number | undefined
  let waitedMs = 0
  const sent: Sent[] = []
  const context = {
    service: { access: declared, limits: { rate } },
    instances: [{ id: 'r1' }, { id: 'r2' }],
    selected: new Set(selected),
    step: () => {},
    pause: async (ms: number) => void (nowMs += ms),
    until: async (_what: string, condition: () => Promise<boolean>, timeoutMs: number) => {
      const fromMs = nowMs
      while (!(await condition()) && nowMs - fromMs < timeoutMs) nowMs += 50
      waitedMs = nowMs - fromMs
    },
    control: { perform: async () => void (enabledAtMs = nowMs) },
    traffic: {
      newKey: () => 'key',
      send: async ({ load, operation: one, via, key }: SendOptions) => {
        nowMs += 10
        const answer = status((one as Operation).headers?.['caller'] ?? 'anonymous', enabledAtMs === undefined ? undefined : nowMs - enabledAtMs)
        sent.push({ load, via, status: answer, keyed: key !== undefined })
        return { status: answer, outcome: answer < 300 ? 'ok' : 'error-status' }
      },
    },
  } as unknown as ScenarioContext
  await putInForce(context, 3_500)
  return { sent, waitedMs }
}
const isListed = (name: string): boolean => name !== 'denied' && name !== 'unknown' && name !== 'anonymous'

test('everybody asks once for everything, and the caller with the limit, before the list is put in force', async () => {
  const { sent, waitedMs } = await asked({ status: (name, afterMs) => (afterMs === undefined || isListed(name) ? 200 : 403) })
  const before = sent.filter(({ load }) => load.startsWith('before enabling'))
  expect(new Set(before.map(({ load }) => load)).size).toBe(16)
  expect(before).toHaveLength(16)
  expect(before.every(({ via }) => via === 'balancer')).toBe(true)
  expect(before.filter(({ keyed }) => keyed)).toHaveLength(10)
  // Then the denied caller alone, on each replica.
  expect(sent.slice(16)).toHaveLength(2)
  expect(waitedMs).toBeLessThan(100)
})
test('who may and was refused before is waited for, and not for ever', async () => {
  const late = await asked({ status: (name, afterMs) => (isListed(name) && (afterMs ?? 0) > 1_000 ? 200 : 403) })
  expect(late.waitedMs).toBeGreaterThan(900)
  expect(late.waitedMs).toBeLessThan(1_500)
  const never = await asked({ status: () => 401 })
  expect(never.waitedMs).toBeGreaterThanOrEqual(3_500)
  expect(never.waitedMs).toBeLessThan(4_000)
})
test('what says nothing is asked three times', async () => {
  const { sent } = await asked({ status: (name, afterMs) => (afterMs === undefined ? 503 : isListed(name) ? 200 : 403) })
  expect(sent.filter(({ load }) => load === beforeEnablingLoad('permitted', 'read'))).toHaveLength(3)
})
test('only what is judged is asked for, and nothing where the list is always in force', async () => {
  const status: World['status'] = (name, afterMs) => (afterMs === undefined || isListed(name) ? 200 : 403)
  const loads = async (selected: readonly string[]): Promise<readonly string[]> => (await asked({ selected, status })).sent.map(({ load }) => load).filter((load) => load.startsWith('before enabling'))
  expect(await loads(['ACCS-02'])).toEqual([limitBeforeEnablingLoad])
  expect(await loads(['ACCS-01'])).toHaveLength(15)
  expect(await loads(['ACCS-03'])).toEqual([])
  const { enable: _none, ...always } = access
  expect((await asked({ declared: always, status })).sent).toEqual([])
})
