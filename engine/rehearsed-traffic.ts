import type { Load, TrafficControls, WitnessGroup } from '../core/scenario.js'
import type { RehearsedClock } from './rehearsal.js'

/** Traffic of a rehearsal: nothing is sent, and everything is answered as wished. */
export function rehearsedTraffic(clock: RehearsedClock): TrafficControls {
  let keys = 0
  const load = (name: string): Load => ({
    name,
    counts: () => {
      clock.pass()
      return { planned: clock.now(), ended: clock.now(), notOk: 0 }
    },
    finished: async () => clock.pass(),
    stop: async () => clock.pass(),
  })
  const witnesses = (group: string, count: number): WitnessGroup => ({
    group,
    proven: count,
    proof: 'A',
    keys: Array.from({ length: count }, (_, index) => `key-${index}`),
    ended: async () => true,
    lookUpEffects: async () => {},
  })
  const sampling = { stop: async (): Promise<void> => clock.pass() }
  return {
    start: ({ name }) => load(name),
    witnesses: async ({ group, count }) => {
      clock.pass()
      return witnesses(group, count)
    },
    stuck: async ({ group }) => ({ ...witnesses(group, 1), release: () => {} }),
    keepAliveConnections: ({ name }) => load(name),
    halfSent: ({ name }) => ({ ...load(name), underWay: async () => true, release: () => {} }),
    sample: () => sampling,
    readHealth: async () => clock.pass(),
    send: async () => {
      clock.pass()
      return { id: 1, outcome: 'ok', status: 200, body: {}, headers: {} }
    },
    readValue: async () => {
      clock.pass()
      return { outcome: 'read', status: 200, value: 1 }
    },
    sampleValues: () => sampling,
    address: () => {},
    qualifyBalancer: async () => clock.pass(),
    newKey: () => `key-${(keys += 1)}`,
    reconcile: async () => clock.pass(),
    readNeverWritten: async () => clock.pass(),
  }
}
