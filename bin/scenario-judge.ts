import { workerData } from 'node:worker_threads'
import { judgeRecorded, type FoundInHistory, type RecordedScenario } from '../engine/judge-scenario.js'
import { answerQuestions } from './asked-thread.js'
import { suitesFor } from './own-suites.js'

/** Judges each scenario it is told of. What it is started with are the modules with suites of the user's own. */
const suites = suitesFor({ suites: workerData as readonly string[] })
suites.catch(() => {}) // told to whoever asks
answerQuestions(async (recorded: RecordedScenario) => plain(judgeRecorded(recorded, await suites)))

/** A check of the user's own may add to its evidence what a report does not hold, and a thread cannot send. */
function plain(found: FoundInHistory): FoundInHistory {
  try {
    return structuredClone(found)
  } catch {
    return JSON.parse(JSON.stringify(found)) as FoundInHistory
  }
}
