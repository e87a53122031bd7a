import type { Procedure } from '../../core/procedure.js'
import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { commandObservation, runbookFact, type RunbookCommand, type RunbookFact } from './names.js'
import { commandWorld, declaredOperations, type CommandWorld } from './operations.js'
import { readRunbook, saysSeconds, sectionOf, type Runbook, type TaggedCommand } from './runbook.js'
import { runbookIsComplete, runbookCommandsWork } from './runbook.checks.js'

const commandTimeoutMs = 120_000
const outputMax = 500

export const scenario: Scenario = {
  id: 'documentation-for-operations/runbook-commands-are-run',
  title: 'The runbook says how everything is done, and its commands do it',
  needs: ['docs.runbook', 'topology.balancer'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (service) => 8_000 + service.lifecycle.startTimeoutMs / 6,
  exercise,
  checks: [runbookIsComplete, runbookCommandsWork],
}

async function exercise(context: ScenarioContext): Promise<void> {
  const { docs, lifecycle } = context.service
  const spare = context.instances.at(-1)?.id
  if (docs?.runbook === undefined || spare === undefined) return
  const markdown = await context.files.read(docs.runbook.path)
  const runbook = readRunbook(markdown ?? '')
  const operations = declaredOperations(context.service)
  const { times } = docs
  const promised = times === undefined ? [] : [{ operation: 'start', seconds: times.startMs / 1_000 }, { operation: 'stop', seconds: times.stopMs / 1_000 }]
  const fact: RunbookFact = {
    file: docs.runbook.path,
    found: markdown !== undefined,
    operations,
    documented: operations.filter((one) => sectionOf(runbook, one) !== undefined),
    times: promised.map((one) => ({ ...one, said: saysSeconds(sectionOf(runbook, one.operation)?.text ?? '', one.seconds) })),
    commands: runbook.commands.map(({ operation }) => operation),
  }
  context.fact(runbookFact, fact)
  await runCommands(context, runbook, spare)
  await context.untilReady(spare, lifecycle.startTimeoutMs)
}

async function runCommands(context: ScenarioContext, { commands }: Runbook, spare: string): Promise<void> {
  if (commands.length === 0) return
  context.step('what the commands of the runbook work on')
  const world = await commandWorld(context, spare)
  for (const command of commands) {
    if (context.signal.aborted) return
    context.step(`runbook: ${command.operation}`)
    await runCommand(context, world, command)
    if (command.operation === 'backup') await world.afterBackup()
    // Whatever comes next may need the replica that an upgrade or a drain took away.
    if (command.operation === 'undrain' || command.operation === 'upgrade') await context.untilReady(spare, context.service.lifecycle.startTimeoutMs)
  }
}

async function runCommand(context: ScenarioContext, { variables, effects }: CommandWorld, { operation, text }: TaggedCommand): Promise<void> {
  const effect = effects.get(operation)
  const effectBefore = await effect?.seen()
  const assignments = Object.entries(variables).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'`)
  // As an operator would paste it, but that it ends at the first command that fails.
  const procedure: Procedure = { via: 'exec', command: ['sh', '-e', '-c', `${assignments.join('\n')}\n${text}\n`], timeoutMs: commandTimeoutMs }
  const { ok, exitCode, error, output } = await context.control.perform(procedure, { name: `runbook.${operation}`, target: 'operator' })
  let effectAfter = await effect?.seen()
  if (ok && effect !== undefined && effectAfter === false) {
    await context.until(`the effect of ${operation} is seen`, async () => (effectAfter = await effect.seen()), effect.withinMs)
  }
  const run: RunbookCommand = {
    operation,
    line: text.trim().split('\n')[0]?.slice(0, 200) ?? '',
    ok,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(error === undefined ? {} : { error: error.slice(-outputMax) }),
    output: output.slice(0, outputMax),
    ...(effectBefore === undefined ? {} : { effectBefore }),
    ...(effectAfter === undefined ? {} : { effectAfter }),
  }
  context.observe(commandObservation, operation, run)
}
