import { describe, expect, test } from 'vitest'
import { Admission, Overloaded } from './admission.js'

/** Work that ends when it is told to. */
function work(): { readonly run: () => Promise<string>; readonly end: () => void } {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  return { run: () => ended.then(() => 'done'), end: () => end() }
}

describe('admission', () => {
  test('so many at once, a few that wait, the rest is turned away at once', async () => {
    const admission = new Admission({ concurrency: 1, queue: 1, waitMs: 60_000 })
    const [first, second] = [work(), work()]
    const running = admission.admit(first.run)
    const waiting = admission.admit(second.run)
    await expect(admission.admit(work().run)).rejects.toBeInstanceOf(Overloaded)
    expect(admission.free).toBe(0)
    first.end()
    second.end()
    expect(await Promise.all([running, waiting])).toEqual(['done', 'done'])
    expect(admission.free).toBe(1)
  })
  test('nobody waits longer than is useful, and who leaves the queue leaves no gap', async () => {
    const admission = new Admission({ concurrency: 1, queue: 5, waitMs: 20 })
    const long = work()
    const running = admission.admit(long.run)
    await expect(admission.admit(work().run)).rejects.toBeInstanceOf(Overloaded)
    long.end()
    await running
    expect(await admission.admit(async () => 'next')).toBe('next')
    expect(admission.free).toBe(1)
  })
  test('work that fails gives its place back', async () => {
    const admission = new Admission({ concurrency: 1, queue: 0, waitMs: 0 })
    await expect(admission.admit(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(admission.free).toBe(1)
  })
})
