import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { SeaworthyError } from '../../core/errors.js'
import { ownProgram } from '../../operating-system/own-program.js'
import type { JudgedRequirement } from './judged-result.js'

export interface JudgedRun {
  /** Arguments of `seaworthy run` that lead back to it: they name its defect. */
  readonly reproduceWith: string
  readonly requirements: readonly JudgedRequirement[]
}
export type Judge = (directory: string) => Promise<JudgedRun>

/** Of the worker to one folder. */
export type JudgingAnswer =
  | { readonly run: JudgedRun }
  | { readonly thrown: { readonly message: string; readonly code?: `SW_${string}`; readonly exitCode?: number; readonly hint?: string | undefined } }

/**
 * Works on the items in this many lanes, each with a thread that judges saved runs: judging is nothing but computing. Returns what came out in
 * the order of the items. After one has thrown no other is begun, and it is thrown when all have ended.
 */
export async function judgeInLanes<T, R>(items: readonly T[], lanes: number, work: (item: T, judge: Judge) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const queue = [...items.entries()]
  const lane = async (): Promise<void> => {
    const worker = new Worker(ownProgram(import.meta.url, 'judging-worker'))
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1], async (directory) => judged(worker, directory))
    } finally {
      queue.length = 0
      await worker.terminate()
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, items.length) }, lane))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return results
}

async function judged(worker: Worker, directory: string): Promise<JudgedRun> {
  const ending = new AbortController()
  try {
    const lost = once(worker, 'exit', { signal: ending.signal }).then(([code]) => {
      throw new Error(`the thread that judges ${directory} ended with ${String(code)}`)
    })
    worker.postMessage(directory)
    const [answer] = (await Promise.race([once(worker, 'message', { signal: ending.signal }), lost])) as [JudgingAnswer]
    if ('run' in answer) return answer.run
    const { message, code, ...options } = answer.thrown
    throw code === undefined ? new Error(`while judging ${directory}: ${message}`) : new SeaworthyError(code, message, { ...(options.hint === undefined ? {} : { hint: options.hint }), ...(options.exitCode === undefined ? {} : { exitCode: options.exitCode }) })
  } finally {
    ending.abort()
  }
}
