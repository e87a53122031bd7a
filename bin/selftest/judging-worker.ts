import { parentPort } from 'node:worker_threads'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { readRunInput } from '../../engine/saved-run.js'
import { suites } from '../../suites/index.js'
import { judgeAgain } from '../judge-again.js'
import type { JudgingAnswer } from './judge-in-lanes.js'

/** Judges the run in each folder it is told, one after the other. */
function answer(directory: string): JudgingAnswer {
  try {
    const input = readRunInput(directory)
    const { requirements } = judgeAgain(directory, input, { overrides: new Map(), suites })
    return { run: { reproduceWith: input.reproduceWith, requirements: requirements.map(({ id, outcome, summary }) => ({ id, outcome, summary })) } }
  } catch (thrown) {
    const coded = thrown instanceof SeaworthyError ? { code: thrown.code, exitCode: thrown.exitCode, hint: thrown.hint } : {}
    return { thrown: { message: messageOf(thrown), ...coded } }
  }
}

parentPort?.on('message', (directory: string) => parentPort?.postMessage(answer(directory)))
