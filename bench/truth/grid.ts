import { effects, forgottenWrites, losses, type LossCell } from './counts.js'
import { interruption, restart } from './outages.js'
import type { Found } from './sample.js'
import { lag, latencies } from './times.js'

export interface Step {
  readonly name: string
  run(folder: string): Promise<Found>
}

const outages = (restartsMs: readonly number[], interruptionsMs: readonly number[]): readonly Step[] => [
  ...restartsMs.map((forMs): Step => ({ name: `outage: gone for ${forMs} ms`, run: (folder) => restart(folder, forMs) })),
  ...interruptionsMs.flatMap((forMs) => (['refuse', 'freeze'] as const).map((manner): Step => ({ name: `outage: writes, ${manner}, for ${forMs} ms`, run: (folder) => interruption(folder, forMs, manner) }))),
]
const lossSteps = (cells: readonly LossCell[]): readonly Step[] =>
  cells.map((cell) => ({ name: `losses: every ${cell.every}th by ${cell.manner}, ${cell.connections}, ${cell.method}${cell.throughBalancer ? ', balancer' : ''}`, run: (folder) => losses(folder, cell) }))
const writeSteps = (counts: readonly number[]): readonly Step[] => counts.map((count) => ({ name: `writes: ${count} forgotten`, run: (folder) => forgottenWrites(folder, count) }))
const lagSteps = (lagsMs: readonly number[]): readonly Step[] => lagsMs.map((lagMs) => ({ name: `lag: ${lagMs} ms`, run: (folder) => lag(folder, lagMs) }))

const manners = ['fin', 'rst', 'truncate'] as const

/** Every point at which the harness is compared with the truth. */
export function grid(short: boolean): readonly Step[] {
  if (short) {
    return [
      ...outages([700], [400]),
      ...lossSteps(manners.map((manner) => ({ manner, every: 7, connections: manner === 'rst' ? 'keep-alive' : 'fresh', throughBalancer: false, method: 'GET', forMs: 1_000 }))),
      ...lossSteps([{ manner: 'fin', every: 7, connections: 'keep-alive', throughBalancer: true, method: 'POST', forMs: 1_000 }]),
      ...writeSteps([0, 7]),
      { name: 'effects: every 3rd twice, every 5th never', run: (folder) => effects(folder, { twiceEvery: 3, neverEvery: 5 }) },
      ...lagSteps([200]),
      { name: 'latency: p50 200 ms, p99 500 ms', run: (folder) => latencies(folder, { usualMs: 200, slowMs: 500 }, 3_000) },
    ]
  }
  const direct = manners.flatMap((manner) => [7, 50].flatMap((every) => (['fresh', 'keep-alive'] as const).map((connections): LossCell => ({ manner, every, connections, throughBalancer: false, method: every === 7 ? 'GET' : 'POST', forMs: 1_500 }))))
  const balanced = manners.map((manner): LossCell => ({ manner, every: 20, connections: 'keep-alive', throughBalancer: true, method: 'GET', forMs: 1_500 }))
  return [
    ...outages([300, 1_000, 3_000], [200, 1_000]),
    ...lossSteps([...direct, ...balanced]),
    ...writeSteps([0, 1, 7, 40]),
    { name: 'effects: each once', run: (folder) => effects(folder, {}) },
    { name: 'effects: every 3rd twice', run: (folder) => effects(folder, { twiceEvery: 3 }) },
    { name: 'effects: every 4th twice, every 5th never', run: (folder) => effects(folder, { twiceEvery: 4, neverEvery: 5 }) },
    ...lagSteps([100, 300, 1_000]),
    ...[{ usualMs: 50, slowMs: 100 }, { usualMs: 100, slowMs: 250 }, { usualMs: 200, slowMs: 1_000 }].map((cell): Step => ({ name: `latency: p50 ${cell.usualMs} ms, p99 ${cell.slowMs} ms`, run: (folder) => latencies(folder, cell) })),
  ]
}
