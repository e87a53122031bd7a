import { afterAll, beforeAll, describe, test, type TestContext } from 'vitest'
import { selectRequirements } from '../core/selection.js'
import { loadDescriptor } from '../engine/load-descriptor.js'
import { chooseDescriptor } from './commands/run.js'
import { suitesFor } from './own-suites.js'
import { runInChild, type ChildRun, type ChildRunOptions } from './run-in-child.js'
import { runProblem, testVerdict } from './test-verdict.js'

/** `seaworthy/vitest`. It is loaded by vitest alone, which is the user's: the package itself does not need it. */
export interface DescribeOptions extends ChildRunOptions {
  /** Of the whole run. Default: an hour. */
  readonly timeoutMs?: number
}

const timeoutMsDefault = 3_600_000
const cleanUpMsMax = 120_000

/**
 * One test for each requirement that is selected, and one for the run. The conformance suites, and those that the descriptor
 * lists, are run once, as `seaworthy run` does. A test passes only when its requirement was judged and passed; see
 * `testVerdict` for the rest. The steps of the scenario that decided are annotations of the test.
 */
export function describeConformance({ timeoutMs = timeoutMsDefault, ...options }: DescribeOptions = {}): void {
  const descriptor = chooseDescriptor(options.descriptor)
  const service = loadDescriptor(descriptor)
  describe(`seaworthy: ${service.name}`, async () => {
    const suites = await suitesFor(service)
    const selected = selectRequirements(options.only, suites)
    let run: ChildRun | undefined
    let isOver = false
    beforeAll(async () => {
      run = runInChild({ ...options, descriptor })
      // What it was is for each test to say.
      await run.report.catch(() => undefined)
      isOver = true
    }, timeoutMs)
    afterAll(async () => {
      if (!isOver) await run?.stop()
    }, cleanUpMsMax)

    for (const { id, title, keyword } of suites.flatMap((suite) => suite.requirements)) {
      if (selected !== undefined && !selected.has(id)) continue
      test(`${id} ${title} (${keyword})`, async (context) => judge(context, id, started(run)))
    }
    test('the run is complete and put everything back', async () => {
      const problem = runProblem(await started(run).report)
      if (problem !== undefined) throw new Error(problem)
    })
  })
}

function started(run: ChildRun | undefined): ChildRun {
  if (run === undefined) throw new Error('the run was not started')
  return run
}

async function judge(context: TestContext, id: string, run: ChildRun): Promise<void> {
  const report = await run.report
  const requirement = report.requirements.find((one) => one.id === id)
  if (requirement === undefined) throw new Error(`the report of the run does not know ${id}`)
  for (const step of run.steps.filter(({ scenario }) => scenario === requirement.scenario)) {
    await context.annotate(`${(step.atMs / 1_000).toFixed(1)} s ${step.message}`, 'step')
  }
  const { state, message } = testVerdict(report, requirement)
  await context.annotate(message, state === 'fail' ? 'error' : 'notice')
  if (state === 'fail') throw new Error(message)
  if (state === 'skip') context.skip(message)
}
