import { workerData } from 'node:worker_threads'
import { judgeRecorded, type RecordedScenario } from '../engine/judge-scenario.js'
import { answerQuestions } from './asked-thread.js'
import { suitesFor } from './own-suites.js'

/** Judges each scenario it is told of. What it is started with are the modules with suites of the user's own. */
const suites = suitesFor({ suites: workerData as readonly string[] })
suites.catch(() => {}) // told to whoever asks
answerQuestions(async (recorded: RecordedScenario) => judgeRecorded(recorded, await suites))
