import { fileURLToPath } from 'node:url'
import { defective, exitCodeConfiguration, refuseUnknownDefect } from './defects.js'
import { ConfigurationError } from './service/configuration-error.js'
import { followMainProcess, runsUnderShell, runUnderShell } from './service/shell-wrapper.js'

/** One replica of the service. What it needs stands in `service/environment.ts`. */
refuseUnknownDefect()

let stop = (): void => process.exit(0) // nothing has begun yet

async function serve(): Promise<void> {
  if (runsUnderShell()) {
    followMainProcess()
  } else {
    process.on('SIGTERM', () => stop())
    process.on('SIGINT', () => stop())
  }
  // Imported late: a wrong environment is refused before anything heavy is loaded.
  const { readEnvironment } = await import('./service/environment.js')
  const environment = readEnvironment(process.env)
  const { readConfiguration } = await import('./service/configuration.js')
  const configuration = readConfiguration(environment.configurationPath)
  const { startReplica } = await import('./service/replica.js')
  const stopReplica = await startReplica(environment, configuration)
  stop = () => void stopReplica()
}

if (defective('start.ignores-sigterm') && !runsUnderShell()) {
  runUnderShell(fileURLToPath(import.meta.url))
} else {
  void serve().catch((error: Error) => {
    process.stderr.write(`server: ${error.message}\n`)
    process.exit(error instanceof ConfigurationError ? exitCodeConfiguration : 1)
  })
}
