import { messageOf, SeaworthyError } from '../../core/errors.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { AskedThread } from '../asked-thread.js'
import type { JudgedRequirement } from './judged-result.js'

export interface JudgedRun {
  /** Arguments of `seaworthy run` that lead back to it: they name its defect. */
  readonly reproduceWith: string
  readonly requirements: readonly JudgedRequirement[]
}
export type Judge = (directory: string) => Promise<JudgedRun>

/**
 * Works on the items in this many lanes, each with a thread that judges saved runs: judging is nothing but computing. Returns what came out in
 * the order of the items. After one has thrown no other is begun, and it is thrown when all have ended.
 */
export async function judgeInLanes<T, R>(items: readonly T[], lanes: number, work: (item: T, judge: Judge) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const queue = [...items.entries()]
  const lane = async (): Promise<void> => {
    const thread = new AskedThread<string, JudgedRun>(ownProgram(import.meta.url, 'judging-worker'))
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1], async (directory) => thread.ask(directory).catch((thrown: unknown) => placed(directory, thrown)))
    } finally {
      queue.length = 0
      await thread.end()
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, items.length) }, lane))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return results
}

function placed(directory: string, thrown: unknown): never {
  throw thrown instanceof SeaworthyError ? thrown : new Error(`while judging ${directory}: ${messageOf(thrown)}`, { cause: thrown })
}
