import { readRunInput } from '../../engine/saved-run.js'
import { suites } from '../../suites/index.js'
import { answerQuestions } from '../asked-thread.js'
import { judgeAgain } from '../judge-again.js'
import type { JudgedRun } from './judge-in-lanes.js'

/** Judges the run in each folder it is told, one after the other. */
answerQuestions((directory: string): JudgedRun => {
  const input = readRunInput(directory)
  const { requirements } = judgeAgain(directory, input, { overrides: new Map(), suites })
  return { reproduceWith: input.reproduceWith, requirements: requirements.map(({ id, outcome, summary }) => ({ id, outcome, summary })) }
})
