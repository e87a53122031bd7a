/** Loads, labels and moments of the two experiments, by which the checks find them. */

export const countedReads = 'counted reads'
export const firstUncountedReads = 'reads before the count'
export const lastCountedReads = 'last counted reads'
export const mutations = 'mutations'
export const mutationsWithoutReplicas = 'mutations without read replicas'
export const markerWrites = 'markers'
export const overwrites = 'overwrites while replicas lag'
export const strongReads = 'strong reads while replicas lag'
export const ordinaryReads = 'ordinary reads while replicas lag'
export const readsBeyondBound = 'ordinary reads beyond the bound'
export const readsWithoutReplica = 'reads while a read replica is lost'
export const readsWithoutPrimary = 'reads while the primary is lost'
export const writesWithoutPrimary = 'writes while the primary is lost'
export const readBack = 'acknowledged writes read back'
export const lagWrites = 'writes while replicas lag'

/** Moments at which counters are read. */
export const moments = { beforeQuiet: 'before a quiet span', beforeReads: 'before the counted reads', afterReads: 'after the counted reads', afterMutations: 'after the mutations' } as const

/** Why a server was asked for keys. */
export const questions = {
  markers: 'which markers have arrived',
  lastMarkers: 'which markers are there in the end',
  itemsArrived: 'the first values have arrived',
  duringPause: 'what is missing while replay is paused',
  endOfPause: 'what is still missing when replay is continued',
  caughtUpBeforeReads: 'replicas are up to date before the counted reads',
  caughtUpAfterReads: 'replicas are up to date after the counted reads',
  caughtUpAfterPause: 'replicas are up to date after the pause',
  caughtUpAfterLoss: 'replicas are up to date after the loss',
} as const

/** Two ways of losing a server: its process is killed and kept down, or it falls silent and refuses nothing. */
export type Loss = 'killed' | 'silent'
export const losses: readonly Loss[] = ['killed', 'silent']
export const lossLabel = (server: string, loss: Loss): string => `${server} ${loss}`
/** Observation that a lost server is about to be released. */
export const released = 'server-released'
