import type { ScenarioContext } from '../../core/scenario.js'
import { named } from './operations.js'
import { takeBackup, type TakenBackup } from './take-backup.js'
import { frozenLabel, loads } from './vocabulary.js'

const writesPerSecond = 4
const writeTimeoutMs = 800
const backupMsMin = 5_000

/**
 * Takes a backup while the primary is frozen. That it is frozen is shown by writes, none of which may be acknowledged from before the backup until
 * after it.
 */
export async function takeWithFrozenPrimary(context: ScenarioContext, usualMs: number): Promise<TakenBackup | undefined> {
  const { data } = context.service
  const primary = context.components.find(({ role }) => role === 'db-primary')
  if (primary === undefined || data === undefined) return undefined
  context.step(`a backup while ${primary.name} is frozen`)
  await context.pause(data.maxLagMs) // the replica has everything
  const frozen = await context.control.freeze(primary.name, frozenLabel)
  const writes = context.traffic.start({
    name: loads.whileFrozen,
    ratePerSecond: writesPerSecond,
    operations: [named(data.write, 'frozen.write')],
    via: 'balancer',
    connections: 'keep-alive',
    durationMaxMs: 120_000,
    timeoutMs: writeTimeoutMs,
  })
  try {
    await context.until('a write has failed', () => writes.counts().notOk > 0, 2 * writeTimeoutMs)
    const factor = context.threshold('BKUP-09', 'complete_within_factor')
    const backup = await takeBackup(context, frozenLabel, Math.max(usualMs * factor, backupMsMin) + backupMsMin)
    await writes.stop()
    return backup
  } finally {
    await frozen.undo()
    for (const { id } of context.instances) await context.untilReady(id, context.service.lifecycle.startTimeoutMs)
  }
}
