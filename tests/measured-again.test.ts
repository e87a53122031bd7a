import { expect, test, vi } from 'vitest'

interface Judged {
  readonly outcome: string
}
type Conduct = (asked: { readonly only: readonly string[] | undefined; readonly alone: boolean }) => ReadonlyMap<string, Judged>
interface MeasuredAgain {
  withOpenOnesAgain(conduct: Conduct, options?: { readonly expected?: Readonly<Record<string, string>>; readonly onAgain?: (open: readonly string[]) => void }): ReadonlyMap<string, Judged>
}
// The scripts are plain JavaScript without declarations.
const script = new URL('../scripts/measured-again.js', import.meta.url).href
const { withOpenOnesAgain } = (await import(script)) as MeasuredAgain

const judged = (outcomes: Readonly<Record<string, string>>): ReadonlyMap<string, Judged> => new Map(Object.entries(outcomes).map(([id, outcome]) => [id, { outcome }]))

test('only what was left open is asked again, alone; a failure that was found stays', () => {
  const conduct = vi.fn<Conduct>(({ only }) => (only === undefined ? judged({ A: 'failed', B: 'inconclusive', C: 'error', D: 'passed' }) : judged({ A: 'passed', B: 'passed', C: 'failed' })))
  expect(withOpenOnesAgain(conduct)).toEqual(judged({ A: 'failed', B: 'passed', C: 'failed', D: 'passed' }))
  expect(conduct.mock.calls.map(([asked]) => asked)).toEqual([{ only: undefined, alone: false }, { only: ['B', 'C'], alone: true }])
})
test('what is open as expected is not asked again', () => {
  const conduct = vi.fn<Conduct>(() => judged({ A: 'passed', B: 'inconclusive' }))
  expect(withOpenOnesAgain(conduct, { expected: { A: 'passed', B: 'inconclusive' } })).toEqual(judged({ A: 'passed', B: 'inconclusive' }))
  expect(conduct).toHaveBeenCalledOnce()
})
test('what stays open, or is not judged the second time, stays open', () => {
  const conduct = vi.fn<Conduct>(({ only }) => (only === undefined ? judged({ A: 'inconclusive', B: 'error' }) : judged({ A: 'inconclusive' })))
  expect(withOpenOnesAgain(conduct)).toEqual(judged({ A: 'inconclusive', B: 'error' }))
  expect(conduct).toHaveBeenCalledTimes(2)
})
test('runs that are waited for are asked in the same order', async () => {
  const conduct = vi.fn(async ({ only }: { readonly only: readonly string[] | undefined }) => (only === undefined ? judged({ A: 'inconclusive', B: 'passed' }) : judged({ A: 'passed' })))
  expect(await (withOpenOnesAgain as unknown as (one: typeof conduct) => Promise<ReadonlyMap<string, Judged>>)(conduct)).toEqual(judged({ A: 'passed', B: 'passed' }))
  expect(conduct.mock.calls.map(([asked]) => asked)).toEqual([{ only: undefined, alone: false }, { only: ['A'], alone: true }])
})
