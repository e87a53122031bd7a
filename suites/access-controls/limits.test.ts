import { expect, test } from 'vitest'
import type { RateLimit } from '../../core/declarations/access.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { exceedTheLimit } from './limits.js'
import { fillLoad, obeyLoad } from './names.js'

interface Sent {
  readonly load: string
  readonly atMs: number
  readonly status: number
}
const limit = { quota: 20, windowMs: 1_000, burst: 0, caller: { headers: {} }, operation: { headers: {} } } as unknown as RateLimit

/** A service with a sliding window on a clock of its own; each request takes 5 ms. Its window is full of what came evenly before. */
async function obeyed(retryAfterS: (leftMs: number) => string | undefined): Promise<readonly Sent[]> {
  let nowMs = 1_000
  const accepted = Array.from({ length: 20 }, (_, index) => index * 50)
  const sent: Sent[] = []
  const send = async ({ load }: { readonly load: string }): Promise<object> => {
    await Promise.resolve()
    nowMs += 5
    const recent = accepted.filter((atMs) => atMs > nowMs - limit.windowMs)
    const status = recent.length < limit.quota ? 200 : 429
    if (status === 200) accepted.push(nowMs)
    sent.push({ load, atMs: nowMs, status })
    const retryAfter = status === 200 ? undefined : retryAfterS((recent[0] ?? nowMs) + limit.windowMs - nowMs)
    return { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }
  }
  const context = {
    service: { limits: { rate: limit } },
    step: () => {},
    pause: async (ms: number) => void (nowMs += ms),
    traffic: { start: () => ({ finished: async () => {} }), send },
  } as unknown as ScenarioContext
  await exceedTheLimit(context, { windows: 3, obeyed: 1 })
  return sent
}
const ofLoad = (sent: readonly Sent[], load: string): readonly Sent[] => sent.filter((one) => one.load === load)

test('Retry-After that is rounded up is obeyed with success, and the refusal that is obeyed was alone', async () => {
  const sent = await obeyed((leftMs) => String(Math.ceil(leftMs / 1_000)))
  expect(ofLoad(sent, obeyLoad).map(({ status }) => status)).toEqual([200])
  const fill = ofLoad(sent, fillLoad)
  expect(fill.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(fill.at(-1)?.status).toBe(429)
  // One request after another from the first refusal on.
  expect(fill.filter(({ status }) => status === 429).length).toBeGreaterThan(1)
})
test('one that is rounded down to 0 is obeyed at once, and in vain', async () => {
  expect(ofLoad(await obeyed((leftMs) => String(Math.floor(leftMs / 1_000))), obeyLoad).map(({ status }) => status)).toEqual([429])
})
test('one that is missing or far off is not obeyed', async () => {
  expect(ofLoad(await obeyed(() => undefined), obeyLoad)).toEqual([])
  expect(ofLoad(await obeyed(() => '60'), obeyLoad)).toEqual([])
})
