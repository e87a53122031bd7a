import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exitCodes } from '../../core/errors.js'
import type { Driver } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { requireKnownOverrides, requireWaiversInForce } from '../../core/waivers.js'
import { openHistory } from '../../engine/history-file.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { runScenario } from '../../engine/run-scenario.js'
import { printable } from '../../reports/printable.js'
import { chooseDriver } from '../choose-driver.js'
import { suitesFor } from '../own-suites.js'
import { examineAnswers } from '../doctor/answers.js'
import { examination } from '../doctor/examination.js'
import { examineMachine, type Examined } from '../doctor/machine.js'
import { watchInterruption } from '../interruption.js'
import { referenceDescriptor } from '../package-files.js'
import { newRunId } from '../run-id.js'
import { openRunScope } from '../run-scope.js'
import { redactionFor, throwingNoSecrets } from '../without-secrets.js'
import { chooseDescriptor } from './run.js'

export interface DoctorArguments {
  readonly descriptor?: string | undefined
  readonly driver?: string | undefined
  readonly json: boolean
}

/**
 * `seaworthy doctor`: the machine, the descriptor, the driver, and one request of each kind to the service. Exit code 0 when a run can
 * begin, 2 when the examination itself was cut short, 64 when something is wrong, which is said precisely.
 */
export async function doctor({ descriptor, driver: named, json }: DoctorArguments): Promise<number> {
  const machine = examineMachine()
  const tell = (examined: readonly Examined[]): void => (json ? undefined : void process.stdout.write(examined.map(line).join('')))
  tell(machine)
  const path = chooseDescriptor(descriptor)
  const described = loadDescriptor(path)
  const suites = await suitesFor(described)
  requireWaiversInForce(described, suites, new Date())
  requireKnownOverrides(described, suites)
  const driver = await chooseDriver(named, described, { isReference: path === referenceDescriptor() })
  const service = (await driver.observe?.(described)) ?? described
  const before: readonly Examined[] = [
    { what: 'descriptor', state: 'good', found: path },
    { what: 'driver', state: 'good', found: driver.name },
    ...(service.target.replicas.count < 2 ? [{ what: 'replicas', state: 'doubt' as const, found: 'one: what needs a second one cannot be judged' }] : []),
  ]
  tell(before)
  using interruption = watchInterruption((message) => process.stderr.write(`${message}\n`))
  const redaction = redactionFor(service)
  const answers = redaction.value(await throwingNoSecrets(redaction, () => examine(service, driver, interruption.signal)))
  tell(answers)
  const all = [...machine, ...before, ...answers]
  const exitCode = interruption.exitCode() ?? verdict(all)
  process.stdout.write(json ? `${JSON.stringify({ schema: 'seaworthy-doctor/v1', exitCode, examined: all }, null, 2)}\n` : summary(all, exitCode))
  return exitCode
}

const verdict = (all: readonly Examined[]): number => {
  if (all.some(({ state }) => state === 'wrong')) return exitCodes.usage
  return all.some(({ what, state }) => what === 'examination' && state === 'doubt') ? exitCodes.notConclusive : exitCodes.ok
}

/** Deploys the service as a run does, and takes everything away again. */
async function examine(service: ServiceDescriptor, driver: Driver, signal: AbortSignal): Promise<readonly Examined[]> {
  const runId = newRunId()
  const warn = (message: string): void => void process.stderr.write(`warning: ${message}\n`)
  const scope = await openRunScope(runId, warn)
  const runDirectory = mkdtempSync(join(tmpdir(), 'seaworthy-doctor-'))
  let one: Promise<unknown> = Promise.resolve()
  try {
    const run = await runScenario({
      scenario: examination,
      selected: new Set(),
      service,
      driver,
      profile: 'quick',
      thresholds: () => ({}),
      runId,
      randomSeed: 1,
      runDirectory,
      workDirectory: join(scope.workDirectory, 'd0'),
      sharedDirectory: join(scope.workDirectory, 'shared'),
      journal: scope.journal,
      environment: { SEAWORTHY_RUN: runId },
      signal,
      emit: (event) => (event.type === 'warning' ? warn(event.message) : undefined),
      oneAtATime: <T>(work: () => Promise<T>) => {
        const next = one.then(work, work)
        one = next.catch(() => {})
        return next
      },
    })
    return [...examineAnswers(openHistory(join(runDirectory, run.history)), service), ...run.notRestored.map((what): Examined => ({ what: 'clean-up', state: 'wrong', found: what }))]
  } finally {
    for (const problem of await scope.close()) warn(`clean-up: ${problem}`)
    rmSync(runDirectory, { recursive: true, force: true })
  }
}

const marks = { good: '✓', doubt: '?', wrong: '✗' } as const
const line = ({ what, state, found }: Examined): string => `${marks[state]} ${printable(what)}: ${printable(found)}\n`

function summary(all: readonly Examined[], exitCode: number): string {
  const wrong = all.filter(({ state }) => state === 'wrong').length
  if (exitCode === exitCodes.ok) return 'a run can begin: seaworthy plan shows what it would do, seaworthy run does it\n'
  return wrong > 0 ? `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong: mend the service or the descriptor first\n` : 'the examination was cut short\n'
}
