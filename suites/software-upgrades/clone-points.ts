/** Instants of a clone and swap: targets of the observation `clone-point`. */
export const clonePoint = 'clone-point'
export type ClonePoint = 'clone-begun' | `${string}-ended` | 'freeze-begun' | 'swap-begun' | 'swapped'

export const cloneLoads = { writes: 'writes to the component', reads: 'reads of the component' } as const
