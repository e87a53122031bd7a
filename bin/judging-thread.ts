import type { FoundInHistory, RecordedScenario } from '../engine/judge-scenario.js'
import { ownProgram } from '../operating-system/own-program.js'
import { AskedThread } from './asked-thread.js'

export interface JudgingThread extends AsyncDisposable {
  readonly judge: (recorded: RecordedScenario) => Promise<FoundInHistory>
}

/** Judges recorded scenarios while others are under way. `ownSuites` are the modules that the descriptor lists. */
export function openJudgingThread(ownSuites: readonly string[] = []): JudgingThread {
  const thread = new AskedThread<RecordedScenario, FoundInHistory>(ownProgram(import.meta.url, 'scenario-judge'), ownSuites)
  thread.start()
  return { judge: async (recorded) => thread.ask(recorded), [Symbol.asyncDispose]: async () => thread.end() }
}
