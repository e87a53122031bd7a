import { setTimeout as pause } from 'node:timers/promises'

export interface LaneOptions<T> {
  readonly lanes: number
  /** How many lanes an item takes while it is worked on, from 1; never more than there are. */
  readonly widthOf: (item: T) => number
  /** Called as soon as the work on an item has thrown, so that the others can be told. */
  readonly onThrown: () => void
  readonly spare?: SpareLane | undefined
}

/** One lane more, in which an item begins only while there is room on the machine. One that has begun stays. */
export interface SpareLane {
  /** Begins to look at the machine. */
  readonly watch: () => RoomWatch
  /** How often it must be looked at. */
  readonly everyMs: number
}

export interface RoomWatch {
  /** Looks, and says whether there was room since something last began. */
  readonly look: () => boolean
  readonly began: () => void
}

/**
 * Works on items side by side, in their order: the next one begins when enough lanes are free for it. In the spare lane none begins that takes more than one, and none beside such a one: that is
 * meant to have fewer neighbours. After one has thrown no other begins. Ends only when everything that began has ended: what it started must be cleaned up before anybody goes on.
 * Then throws what was thrown first.
 */
export async function inLanes<T>(items: readonly T[], { lanes, widthOf, onThrown, spare }: LaneOptions<T>, work: (item: T) => Promise<void>): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const thrown: unknown[] = []
  const watch = spare?.watch()
  let taken = 0
  let wide = 0
  const canBegin = (width: number): boolean => {
    const isRoom = watch?.look() === true // also while nothing can begin: what counts is the time that has just gone by
    return taken + width <= lanes || (isRoom && width === 1 && wide === 0 && taken === lanes)
  }
  const turn = (width: number, sign: 1 | -1): void => {
    taken += sign * width
    if (width > 1) wide += sign
  }
  for (const item of items) {
    const width = Math.min(Math.max(1, widthOf(item)), lanes)
    while (!canBegin(width) && thrown.length === 0) await Promise.race([...underWay, ...(spare === undefined ? [] : [pause(spare.everyMs)])])
    if (thrown.length > 0) break
    turn(width, 1)
    watch?.began()
    const done = begun(work, item)
      .catch((reason: unknown) => {
        thrown.push(reason)
        onThrown()
      })
      .then(() => {
        turn(width, -1)
        underWay.delete(done)
      })
    underWay.add(done)
  }
  await Promise.all(underWay)
  if (thrown.length > 0) throw thrown[0]
}

const begun = async <T>(work: (item: T) => Promise<void>, item: T): Promise<void> => work(item)
