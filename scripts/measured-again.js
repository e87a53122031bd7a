// What a busy machine left open is measured once more; what was found stays found.

export const isOpen = (one) => one?.outcome === 'inconclusive' || one?.outcome === 'error'

/**
 * What was judged, as a Map from the id of a requirement to what the report says of it.
 *
 * `conduct({ only, alone })` makes one run and returns that map; `only` is undefined the first time. Those that it left open are asked a second time,
 * alone, and they only: a repetition of everything is a second draw, and would throw away a failure that was found.
 * `expected` gives outcomes by id: what is open because that is what is documented is not asked again. A `conduct` that promises its map is waited for.
 */
export function withOpenOnesAgain(conduct, { expected = {}, onAgain } = {}) {
  return then(conduct({ only: undefined, alone: false }), (first) => {
    const open = [...first].filter(([id, one]) => isOpen(one) && one.outcome !== expected[id]).map(([id]) => id)
    if (open.length === 0) return first
    onAgain?.(open)
    return then(conduct({ only: open, alone: true }), (second) => new Map([...first, ...open.filter((id) => second.has(id)).map((id) => [id, second.get(id)])]))
  })
}

const then = (value, next) => (value instanceof Promise ? value.then(next) : next(value))
