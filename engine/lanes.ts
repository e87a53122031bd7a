export interface LaneOptions<T> {
  readonly lanes: number
  /** How many lanes an item takes while it is worked on, from 1; never more than there are. */
  readonly widthOf: (item: T) => number
  /** Called as soon as the work on an item has thrown, so that the others can be told. */
  readonly onThrown: () => void
}

/**
 * Works on items side by side, in their order: the next one begins when enough lanes are free for it. After one has thrown no
 * other begins. Ends only when everything that began has ended: what it started must be cleaned up before anybody goes on.
 * Then throws what was thrown first.
 */
export async function inLanes<T>(items: readonly T[], { lanes, widthOf, onThrown }: LaneOptions<T>, work: (item: T) => Promise<void>): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const thrown: unknown[] = []
  let free = lanes
  for (const item of items) {
    const width = Math.min(Math.max(1, widthOf(item)), lanes)
    while (free < width) await Promise.race(underWay)
    if (thrown.length > 0) break
    free -= width
    const done = begun(work, item)
      .catch((reason: unknown) => {
        thrown.push(reason)
        onThrown()
      })
      .then(() => {
        free += width
        underWay.delete(done)
      })
    underWay.add(done)
  }
  await Promise.all(underWay)
  if (thrown.length > 0) throw thrown[0]
}

const begun = async <T>(work: (item: T) => Promise<void>, item: T): Promise<void> => work(item)
