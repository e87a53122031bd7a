import type { ScenarioContext } from '../../core/scenario.js'

export interface Paced {
  /** Sends no more, and waits for what is outstanding. */
  stop(): Promise<void>
}

/**
 * Sends at a fixed rate whatever becomes of what was sent, for requests whose keys the scenario chooses. After a stall of
 * ours the next instant is the next one of the plan: what was missed is not sent in a burst.
 */
export function startPaced(context: ScenarioContext, ratePerSecond: number, send: (index: number) => Promise<unknown>): Paced {
  const everyMs = 1_000 / ratePerSecond
  const outstanding = new Set<Promise<unknown>>()
  let stopped = false
  const pace = async (): Promise<void> => {
    const startedAtMs = context.now()
    for (let index = 0; !stopped && !context.signal.aborted; index++) {
      const sent = send(index).finally(() => outstanding.delete(sent))
      outstanding.add(sent)
      sent.catch(() => {}) // the scenario was cut
      const behind = Math.floor((context.now() - startedAtMs) / everyMs)
      await context.pause(Math.max(1, startedAtMs + (behind + 1) * everyMs - context.now()))
    }
  }
  const pacing = pace().catch(() => {}) // the scenario was cut, which it is told by its own next call
  return {
    stop: async () => {
      stopped = true
      await pacing
      await Promise.allSettled(outstanding)
    },
  }
}
