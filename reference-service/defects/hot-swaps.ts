import type { Defect } from './defect.js'

export const defects = [
  { id: 'swap.cache-is-load-bearing', violates: 'SWAP-01', sentence: 'A replica remembers the identity of its cache, and with a fresh one in its place every request fails until a restart.' },
  { id: 'swap.pins-address', violates: 'SWAP-02', sentence: 'The address behind the name of the cache is resolved once and used for every later connection.' },
  { id: 'swap.handover-loses-tail', violates: 'SWAP-03', sentence: 'The standby is promoted before it has caught up with the primary.' },
  { id: 'swap.newcomer-idle', violates: 'SWAP-04', sentence: 'A read replica that was away once is never used again.' },
] as const satisfies readonly Defect[]
