import { setTimeout as pause } from 'node:timers/promises'
import { reachabilityOf, untilAnswers, untilReachable, type Address } from './address.js'
import { runShell } from './shell.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node undo-hooks.js <UndoOrder as JSON>`. It takes back what was done to
 * one replica, and ends with 0 only when it has seen that the replica accepts connections, or answers where it was frozen.
 */
export interface UndoOrder {
  /** Commands that are always run, in order: thaw, release. */
  readonly always: readonly string[]
  /** Run only when nothing listens. */
  readonly start: string | undefined
  readonly address: Address
  /** Where it has to give an answer again; absent where accepting connections is all that can be seen. */
  readonly answersAt?: string
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}

/** A hook that was on its way to the machine when the harness died may land yet. */
const settleMs = 500
const hookMs = 3_000
/** What was told to stop may listen still when the harness dies. */
const endsWithinMs = 3_000
/** Whoever runs this ends it nine seconds after its start. */
const deadlineMs = 8_500

async function carryOut({ always, start, address, answersAt, directory, environment }: UndoOrder): Promise<boolean> {
  const run = async (command: string): Promise<boolean> => (await runShell(command, { directory, environment, timeoutMs: hookMs })) === undefined
  await pause(settleMs)
  let undone = true
  for (const command of always) undone = (await run(command)) && undone
  const listens = (await reachabilityOf(address)) === 'accepts' && (always.length > 0 || !(await untilReachable(address, 'refuses', { timeoutMs: endsWithinMs })))
  if (start !== undefined && !listens) await run(start)
  const leftMs = (): number => deadlineMs - performance.now()
  if (!(await untilReachable(address, 'accepts', { timeoutMs: leftMs() }))) return false
  return undone && (answersAt === undefined || (await untilAnswers(new URL(answersAt), leftMs())))
}

const [order] = process.argv.slice(2)
if (order !== undefined) process.exit((await carryOut(JSON.parse(order) as UndoOrder)) ? 0 : 1)
