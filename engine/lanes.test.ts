import { expect, test, vi } from 'vitest'
import { inLanes } from './lanes.js'

interface Item {
  readonly name: string
  readonly width: number
}
const item = (name: string, width = 1): Item => ({ name, width })
const widthOf = ({ width }: Item): number => width
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Work that ends when it is told to, and what is under way. */
function byHand() {
  const ends = new Map<string, (reason?: Error) => void>()
  const begun: string[] = []
  const work = ({ name }: Item): Promise<void> => {
    begun.push(name)
    return new Promise((resolve, reject) => ends.set(name, (reason) => (reason === undefined ? resolve() : reject(reason))))
  }
  const end = async (name: string, reason?: Error): Promise<void> => {
    ends.get(name)?.(reason)
    await turn()
  }
  return { work, begun, end }
}

test('as many as there are lanes are worked on, and the next begins when one ends', async () => {
  const { work, begun, end } = byHand()
  const all = inLanes([item('a'), item('b'), item('c')], { lanes: 2, widthOf, onThrown: () => {} }, work)
  await turn()
  expect(begun).toEqual(['a', 'b'])
  await end('b')
  expect(begun).toEqual(['a', 'b', 'c'])
  await end('a')
  await end('c')
  await all
})

test('a wide one waits until enough lanes are free, nothing overtakes it, and it leaves that much less for others', async () => {
  const { work, begun, end } = byHand()
  const all = inLanes([item('a'), item('b'), item('wide', 2), item('c'), item('d')], { lanes: 3, widthOf, onThrown: () => {} }, work)
  await turn()
  expect(begun).toEqual(['a', 'b'])
  await end('a')
  expect(begun).toEqual(['a', 'b', 'wide'])
  await end('b')
  expect(begun).toEqual(['a', 'b', 'wide', 'c'])
  await end('wide')
  expect(begun).toEqual(['a', 'b', 'wide', 'c', 'd'])
  await end('c')
  await end('d')
  await all
})

test('one that is wider than all lanes has them to itself', async () => {
  const { work, begun, end } = byHand()
  const all = inLanes([item('wide', 5), item('a')], { lanes: 1, widthOf, onThrown: () => {} }, work)
  await turn()
  expect(begun).toEqual(['wide'])
  await end('wide')
  await end('a')
  await all
})

test('after one has thrown nothing begins, and it ends only when everything has ended', async () => {
  const { work, begun, end } = byHand()
  let told = 0
  let ended = false
  const all = inLanes([item('a'), item('b'), item('c')], { lanes: 2, widthOf, onThrown: () => void told++ }, work).catch((reason: Error) => {
    ended = true
    return reason.message
  })
  await turn()
  await end('a', new Error('broken'))
  expect([told, ended, begun]).toEqual([1, false, ['a', 'b']])
  await end('b')
  expect(await all).toBe('broken')
})

/** A spare lane for which there is room when it is said so; how often it was told that something began. */
function spareLane() {
  const state = { room: false, began: 0, looks: 0 }
  const look = (): boolean => {
    state.looks++
    return state.room
  }
  return { state, spare: { everyMs: 1, watch: () => ({ look, began: () => void state.began++ }) } }
}

test('beside the lanes one more begins while there is room, in order, and stays when there is none any more', async () => {
  const { work, begun, end } = byHand()
  const { state, spare } = spareLane()
  const all = inLanes([item('a'), item('b'), item('c'), item('d')], { lanes: 1, spare, widthOf, onThrown: () => {} }, work)
  await turn()
  expect(begun).toEqual(['a'])
  state.room = true
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']))
  await end('a')
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']))
  state.room = false
  await end('b')
  await turn()
  expect(begun).toEqual(['a', 'b', 'c'])
  await end('c')
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  await end('d')
  await all
  expect(state.began).toBe(4)
})

test('never two more, and the machine is looked at also while nothing can begin', async () => {
  const { work, begun, end } = byHand()
  const { state, spare } = spareLane()
  state.room = true
  const all = inLanes([item('a'), item('b'), item('c')], { lanes: 1, spare, widthOf, onThrown: () => {} }, work)
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']))
  const looks = state.looks
  await vi.waitFor(() => expect(state.looks).toBeGreaterThan(looks + 3))
  expect(begun).toEqual(['a', 'b'])
  for (const name of ['a', 'b', 'c']) {
    await vi.waitFor(() => expect(begun).toContain(name))
    await end(name)
  }
  await all
})

test('none begins in the spare lane beside a wide one, nor a wide one itself', async () => {
  const { work, begun, end } = byHand()
  const { state, spare } = spareLane()
  state.room = true
  const all = inLanes([item('wide', 2), item('a'), item('b'), item('wider', 2)], { lanes: 2, spare, widthOf, onThrown: () => {} }, work)
  await vi.waitFor(() => expect(state.looks).toBeGreaterThan(5))
  expect(begun).toEqual(['wide'])
  await end('wide')
  await vi.waitFor(() => expect(begun).toEqual(['wide', 'a', 'b']))
  await end('a')
  const looks = state.looks
  await vi.waitFor(() => expect(state.looks).toBeGreaterThan(looks + 3))
  expect(begun).toEqual(['wide', 'a', 'b'])
  await end('b')
  await vi.waitFor(() => expect(begun).toEqual(['wide', 'a', 'b', 'wider']))
  await end('wider')
  await all
})

test('what waits for room does not begin when something has been thrown meanwhile', async () => {
  const { work, begun, end } = byHand()
  const { state, spare } = spareLane()
  const all = inLanes([item('a'), item('b'), item('c')], { lanes: 2, spare, widthOf, onThrown: () => void (state.room = true) }, work).catch((reason: Error) => reason.message)
  await turn()
  await end('a', new Error('no disk'))
  await end('b')
  expect(await all).toBe('no disk')
  expect(begun).toEqual(['a', 'b'])
})
