import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { exitCodes } from '../../core/errors.js'
import type { Deployment } from '../../core/driver.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { chooseDriver } from '../choose-driver.js'
import { watchInterruption } from '../interruption.js'
import { referenceDescriptor } from '../package-files.js'
import { newRunId } from '../run-id.js'
import { requireKnownDefect } from './run.js'
import { openRunScope } from '../run-scope.js'

/** `seaworthy up`: the reference service as the suites see it, for looking around. Ends everything on Ctrl-C, which is its ordinary end. */
export async function up({ defect, driver: named }: { readonly defect?: string | undefined; readonly driver?: string | undefined }): Promise<number> {
  requireKnownDefect(defect, true)
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  const service = loadDescriptor(referenceDescriptor())
  const driver = await chooseDriver(named, service, { isReference: true, tell: (line) => say(`in ${line}`) })
  using interruption = watchInterruption(say)
  const runId = newRunId()
  const scope = await openRunScope(runId, say)
  const directory = join(scope.workDirectory, 'up')
  let isUp = false
  let problems: readonly string[] = []
  try {
    mkdirSync(directory, { mode: 0o755 })
    say(`starting ${service.name} ...`)
    await using deployment = await driver.deploy(service, {
      runId,
      directory,
      sharedDirectory: join(scope.workDirectory, 'shared'),
      journal: scope.journal,
      signal: interruption.signal,
      environment: { SEAWORTHY_RUN: runId, ...(defect === undefined ? {} : { SEAWORTHY_DEFECT: defect }) },
      onPlatformEvent: ({ name, target, detail }) => say(`  ${name} ${target} ${JSON.stringify(detail)}`),
    })
    say(addresses(deployment))
    isUp = true
    await new Promise<void>((resolve) => {
      // The signal watcher alone does not keep the process alive.
      const awake = setInterval(() => {}, 1_000)
      const end = (): void => {
        clearInterval(awake)
        resolve()
      }
      if (interruption.signal.aborted) end()
      interruption.signal.addEventListener('abort', end)
    })
  } catch (thrown) {
    // What was cut short by an interrupt is no fault of the service.
    if (isUp || !interruption.signal.aborted) throw thrown
  } finally {
    problems = await scope.close()
    for (const problem of problems) say(`clean-up: ${problem}`)
  }
  say(problems.length === 0 ? 'stopped, nothing is left running' : 'stopped')
  return exitCodeOfUp({ isUp, interrupted: interruption.exitCode(), isClean: problems.length === 0 })
}

/** Ctrl-C is the ordinary end of what was up; what may have been left behind is no success. */
export function exitCodeOfUp({ isUp, interrupted = exitCodes.ok, isClean }: { readonly isUp: boolean; readonly interrupted: number | undefined; readonly isClean: boolean }): number {
  const exitCode = isUp && interrupted === exitCodes.interrupted ? exitCodes.ok : interrupted
  return exitCode === exitCodes.ok && !isClean ? exitCodes.notConclusive : exitCode
}

function addresses(deployment: Deployment): string {
  const lines = [
    `entry point   ${deployment.entrypoint.href}`,
    ...deployment.instances.map((one) => `${one.id.padEnd(14)}${one.url.href}`),
    ...deployment.components.map((one) => `${one.name.padEnd(14)}${one.host}:${one.port}`),
    'Ctrl-C stops it',
  ]
  return lines.join('\n')
}
