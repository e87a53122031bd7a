import yargs, { type Argv } from 'yargs'
import { exitCodes, SeaworthyError } from '../core/errors.js'
import { watchOutput } from './lost-output.js'
import { packageVersion } from './package-files.js'
import { registerPreparing } from './preparing-commands.js'
import { printError } from './print-error.js'
import type { Handler, Register } from './register.js'
import { driver, list, only, ownSuites, parallel, profile, randomSeed, reporter } from './shared-options.js'

/**
 * The command line. Each command is loaded only when it is called. Returns the exit code; the caller ends the process
 * with it, so that a stray timer cannot keep a finished run alive.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const withLostOutput = watchOutput()
  return withLostOutput(await exitCodeOf(argv))
}

async function exitCodeOf(argv: readonly string[]): Promise<number> {
  try {
    requireWorkingDirectory()
  } catch (thrown) {
    return printError(thrown)
  }
  let exitCode: number = exitCodes.ok
  const command = <T>(load: () => Promise<Handler<T>>) => async (args: T): Promise<void> => {
    exitCode = await (await load())(args)
  }
  const parser = yargs(argv as string[])
    .scriptName('seaworthy')
    .version(packageVersion())
    .usage('$0 <command>\n\nRuns a service, breaks it under traffic, and scores it against an operability checklist.')
    .parserConfiguration({ 'duplicate-arguments-array': true, 'greedy-arrays': false, 'boolean-negation': false })
    .strict()
    .check(requireOneValueEach)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message)
    })
    .wrap(Math.min(110, process.stdout.columns ?? 110))
  registerRunning(parser, command)
  registerPreparing(parser, command)
  registerReading(parser, command)
  parser.demandCommand(1, 'name a command').recommendCommands().epilogue(
    'Exit codes: 0 required level reached; 1 a MUST failed or is missing; 2 only inconclusive, error or what was not run stands in the way;\n64 usage or descriptor; 70 internal fault; 130/143 interrupted, after clean-up and with a partial report.',
  )
  try {
    await parser.parseAsync()
    return exitCode
  } catch (thrown) {
    return printError(thrown)
  }
}

function registerRunning(parser: Argv, command: Register): void {
  parser
    .command(
      'run [descriptor]',
      'run the conformance suites on a service (default: ./seaworthy.yaml, else the bundled reference service)',
      (args) =>
        args
          .positional('descriptor', { type: 'string', describe: 'path of a seaworthy.yaml' })
          .option('driver', driver)
          .option('only', only)
          .option('profile', profile)
          .option('output', { type: 'string', describe: 'the run directory (default: seaworthy-runs/<run id>)' })
          .option('reporter', reporter)
          .option('required-level', { type: 'number', choices: [1, 2, 3], describe: 'succeed when this level is reached (default: every MUST selected)' })
          .option('parallel', parallel)
          .option('random-seed', randomSeed)
          .option('no-measure-again', { type: 'boolean', default: false, describe: 'do not measure once more, alone, what was left undecided beside other scenarios' })
          .option('allow', { choices: ['safe', 'disruptive', 'destructive'], describe: 'what procedures may do to the service; MUSTs above what is not said are undecided' })
          .option('defect', { type: 'string', describe: 'seed a defect (bundled reference service only)' })
          .option('baseline', { type: 'string', describe: 'folder of an earlier run: only what held there and no longer does fails the build' })
          .option('quiet', { type: 'boolean', default: false, describe: 'say nothing but the verdict' })
          .option('json', { type: 'boolean', default: false, describe: 'tell the run as JSON lines on standard output' }),
      command(async () => (await import('./commands/run.js')).run),
    )
    .command(
      'selftest',
      'show that every check can fail: run each seeded defect of the reference service',
      (args) =>
        args
          .option('only', { ...list, describe: 'areas, requirement ids or defect ids; globs; repeatable' })
          .option('output', { type: 'string', describe: 'folder for selftest.json and the runs (default: seaworthy-runs/selftest-<id>)' })
          .option('parallel', { ...parallel, describe: 'defects running side by side' })
          .option('driver', driver)
          .option('defects-only', { type: 'boolean', describe: 'leave out the run without a defect' })
          .option('random-seed', randomSeed)
          .option('recheck', { type: 'string', describe: 'folder of an earlier selftest: run nothing, judge its runs again' })
          .conflicts('recheck', ['only', 'driver', 'defects-only', 'random-seed']),
      command(async () => (await import('./commands/selftest.js')).selftest),
    )
    .command(
      'up',
      'start the reference service and leave it running until Ctrl-C',
      (args) => args.option('defect', { type: 'string', describe: 'seed a defect' }).option('driver', driver),
      command(async () => (await import('./commands/up.js')).up),
    )
    .command(
      'image <action>',
      'build the image of the reference service for the docker driver',
      (args) =>
        args
          .positional('action', { choices: ['build'], demandOption: true, describe: 'build' })
          .option('offline', { type: 'boolean', default: false, describe: 'make the base image from what is on this machine, without a registry' })
          .option('base-image', { type: 'string', describe: 'instead of the official Node.js image' })
          .option('name', { type: 'string', default: 'seaworthy-reference', describe: 'name of the image' }),
      command(async () => (await import('./commands/image.js')).imageBuild),
    )
    .command(
      'clean [descriptor]',
      'end and remove whatever interrupted runs left behind',
      (args) =>
        args
          .positional('descriptor', { type: 'string', describe: 'with --driver kubernetes or swarm: whose workload to look at' })
          .option('driver', { type: 'string', describe: 'kubernetes, swarm: what a dead run left on the workload of the descriptor' })
          .option('force', { type: 'boolean', default: false, describe: 'also end runs that are still going on' }),
      command(async () => (await import('./commands/clean.js')).clean),
    )
}

function registerReading(parser: Argv, command: Register): void {
  parser
    .command(
      'recheck <run>',
      'judge a saved run again from its histories, also with other thresholds',
      (args) =>
        args
          .positional('run', { type: 'string', demandOption: true, describe: 'folder of a run' })
          .option('threshold', { ...list, describe: 'ID.key=value, for example DRAIN-01.first_fail_within_s=1; repeatable' })
          .option('output', { type: 'string', describe: 'write the new reports to this folder' })
          .option('baseline', { type: 'string', describe: 'folder of an earlier run: only what held there and no longer does counts' })
          .option('reporter', reporter),
      command(async () => (await import('./commands/recheck.js')).recheck),
    )
    .command(
      'report <run>',
      'make the reports of a saved run again',
      (args) =>
        args
          .positional('run', { type: 'string', demandOption: true, describe: 'folder of a run' })
          .option('reporter', reporter)
          .option('output', { type: 'string', describe: 'folder to write to (default: the run)' }),
      command(async () => (await import('./commands/report.js')).report),
    )
    .command(
      'diff <before> <after>',
      'what moved between two saved runs; exit code 1 when something that held no longer does',
      (args) =>
        args
          .positional('before', { type: 'string', demandOption: true, describe: 'folder of the earlier run' })
          .positional('after', { type: 'string', demandOption: true, describe: 'folder of the later run' })
          .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
      command(async () => (await import('./commands/diff.js')).diff),
    )
    .command(
      'requests <run>',
      'print the very requests behind the findings on a requirement',
      (args) =>
        args
          .positional('run', { type: 'string', demandOption: true, describe: 'folder of a run' })
          .option('requirement', { type: 'string', demandOption: true, describe: 'such as DRAIN-03' })
          .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
      command(async () => (await import('./commands/requests.js')).requests),
    )
    .command(
      'trend <runs..>',
      'several runs of one service over time, as one page',
      (args) =>
        args
          .positional('runs', { type: 'string', array: true, demandOption: true, describe: 'folders of runs' })
          .option('output', { type: 'string', default: 'trend.html', describe: 'the file to write' })
          .option('json', { type: 'boolean', default: false, describe: 'as JSON on standard output' }),
      command(async () => (await import('./commands/trend.js')).trend),
    )
    .command(
      'list',
      'list requirements, scenarios, drivers, reporters and defects',
      (args) => args.option('json', { type: 'boolean', default: false, describe: 'as JSON' }).option('descriptor', ownSuites),
      command(async () => (await import('./commands/list.js')).list),
    )
    .command(
      'explain <id>',
      'print the whole card of a requirement',
      (args) => args.positional('id', { type: 'string', demandOption: true, describe: 'such as DRAIN-03' }).option('descriptor', ownSuites),
      command(async () => (await import('./commands/explain.js')).explain),
    )
}

/** Options that may be repeated. */
const listNames: readonly string[] = ['only', 'reporter', 'threshold', 'runs', 'from']

/** `--output a --output b` could mean either; an empty value means nothing. */
function requireOneValueEach(args: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(args)) {
    if (name === '_' || name === '$0') continue
    if (listNames.includes(name)) {
      if (Array.isArray(value) && value.length === 0) throw usageError(`--${name}: found an empty value`)
      continue
    }
    if (Array.isArray(value)) throw usageError(`--${name}: found ${value.length} values, expected one`)
    if (value === '') throw usageError(`--${name}: found an empty value`)
  }
  return true
}

function requireWorkingDirectory(): void {
  try {
    process.cwd()
  } catch (thrown) {
    throw new SeaworthyError('SW_WORKING_DIRECTORY', 'while starting: found that the working directory does not exist any more', { cause: thrown, hint: 'Change to a folder that exists.' })
  }
}

const usageError = (message: string): SeaworthyError =>
  new SeaworthyError('SW_USAGE', message, { hint: 'seaworthy --help lists the commands, seaworthy <command> --help their options.' })
