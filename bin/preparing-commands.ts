import type { Argv } from 'yargs'
import type { Register } from './register.js'
import { driver, only, profile, randomSeed } from './shared-options.js'

const descriptor = { type: 'string', describe: 'path of a seaworthy.yaml (default: ./seaworthy.yaml, else the bundled reference service)' } as const

/** What is done before the first run: a descriptor, whether it works, and what a run would do. */
export function registerPreparing(parser: Argv, command: Register): void {
  parser
    .command(
      'init',
      'write a seaworthy.yaml for a service of your own, from what can be found out about it',
      (args) =>
        args
          .option('from', { type: 'string', array: true, describe: 'the start command, the URL of the running service, container:NAME, a Compose file, or an OpenAPI document; repeatable; without it you are asked' })
          .option('output', { type: 'string', default: 'seaworthy.yaml', describe: 'file to write' })
          .option('force', { type: 'boolean', default: false, describe: 'write over a file that is there' }),
      command(async () => (await import('./commands/init.js')).init),
    )
    .command(
      'doctor [descriptor]',
      'check the machine, the driver, the descriptor and one request of each kind (exit 0: a run can begin; 2: it could not be told; 64: what is wrong is said)',
      (args) => args.positional('descriptor', descriptor).option('driver', driver).option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
      command(async () => (await import('./commands/doctor.js')).doctor),
    )
    .command(
      'plan [descriptor]',
      'say what a run would do to whom and what it could not judge; starts nothing',
      (args) =>
        args
          .positional('descriptor', descriptor)
          .option('driver', driver)
          .option('only', only)
          .option('profile', profile)
          .option('random-seed', randomSeed)
          .option('allow', { choices: ['safe', 'disruptive', 'destructive'], describe: 'permission for procedures above `safe`' })
          .option('json', { type: 'boolean', default: false, describe: 'as JSON' }),
      command(async () => (await import('./commands/plan.js')).plan),
    )
}
