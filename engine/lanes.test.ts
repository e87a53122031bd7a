import { expect, test } from 'vitest'
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
