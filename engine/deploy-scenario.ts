import { existsSync, mkdirSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment, DriverPlatformEvent } from '../core/driver.js'
import { ejectWindowMs, returnWindowMs } from '../core/service-descriptor.js'
import { notEndedName } from '../operating-system/process-record.js'
import type { CleanupStack } from './cleanup-stack.js'
import { keepLog } from './keep-log.js'
import type { ScenarioOptions } from './run-scenario.js'
import { filesDirectoryOf } from './scenario-files.js'
import type { ScenarioWorld } from './scenario-world.js'

export interface DeployScenarioOptions extends ScenarioOptions {
  readonly cleanup: CleanupStack
  readonly onPlatformEvent: (event: DriverPlatformEvent) => void
  readonly startedAt: number
  readonly onLogs: (files: readonly string[]) => void
}

const disposeBudgetMs = 30_000

/** Puts a fresh deployment in the world; its end, its logs and its folder are on the clean-up stack before it exists. */
export async function deployScenario(options: DeployScenarioOptions): Promise<Deployment> {
  const { cleanup, driver, service, workDirectory } = options
  let deployment: Deployment | undefined
  // Never the synchronous kind: thousands of files, while other scenarios are being timed in this event loop.
  cleanup.push(`remove ${workDirectory}`, () => removeEnded(workDirectory), disposeBudgetMs)
  cleanup.pushKeeping('keep the logs', async () => options.onLogs(deployment === undefined ? [] : await keepLogs(deployment, options)))
  cleanup.push('end the deployment', async () => deployment?.[Symbol.asyncDispose](), Math.max(disposeBudgetMs, driver.endsWithinMs?.(service) ?? 0))
  return options.oneAtATime(async () => {
    mkdirSync(workDirectory, { recursive: true, mode: 0o755 })
    deployment = await driver.deploy(service, {
      runId: options.runId,
      directory: workDirectory,
      sharedDirectory: options.sharedDirectory,
      journal: options.journal,
      signal: options.signal,
      environment: options.environment,
      onPlatformEvent: options.onPlatformEvent,
      reboots: options.scenario.needs.includes('lifecycle.reboot'),
      filesDirectory: filesDirectoryOf(workDirectory),
      dependencies: options.scenario.dependencies ?? 'behind-proxies',
      ...(options.allow === undefined ? {} : { allow: options.allow }),
      ...(options.scenario.staysInForce?.(service) === true ? { apart: 'stays-in-force' as const } : {}),
    })
    return deployment
  })
}

export interface DeployApartOptions extends ScenarioOptions {
  readonly cleanup: CleanupStack
  readonly name: string
  readonly install: boolean
}

/** One more deployment in a folder beside the first one's. Nothing it does is an event of the platform: it is not what is judged. */
export async function deployApart(options: DeployApartOptions): Promise<{ readonly deployment: Deployment; end(): Promise<void> }> {
  const { cleanup, driver, service, name } = options
  const workDirectory = `${options.workDirectory}-${name}`
  let deployment: Deployment | undefined
  const folder = cleanup.push(`remove ${workDirectory}`, () => removeEnded(workDirectory), disposeBudgetMs)
  const logs = cleanup.pushKeeping(`keep the logs of ${name}`, async () => void (deployment === undefined ? [] : await keepLogs(deployment, options, name)))
  const ending = cleanup.push(`end the deployment ${name}`, async () => deployment?.[Symbol.asyncDispose](), Math.max(disposeBudgetMs, driver.endsWithinMs?.(service) ?? 0))
  deployment = await options.oneAtATime(async () => {
    mkdirSync(workDirectory, { recursive: true, mode: 0o755 })
    return driver.deploy(service, {
      runId: options.runId,
      directory: workDirectory,
      sharedDirectory: options.sharedDirectory,
      journal: options.journal,
      signal: options.signal,
      environment: options.environment,
      onPlatformEvent: () => {},
      dependencies: 'direct', // controls act on the first deployment alone
      install: options.install,
      filesDirectory: filesDirectoryOf(options.workDirectory), // of the first: a scenario has one folder of files
      apart: 'second',
    })
  })
  const made = deployment
  return {
    deployment: made,
    end: async () => {
      await made[Symbol.asyncDispose]()
      ending()
      await keepLogs(made, options, name)
      logs()
      await removeEnded(workDirectory)
      folder()
    },
  }
}

/** The folder of a deployment that may not have ended stays for who cleans up after the run: it tells what belongs to it. */
async function removeEnded(directory: string): Promise<void> {
  if (existsSync(join(directory, notEndedName))) throw new Error('it stays for the clean-up of the run, as the deployment is not known to have ended')
  await rm(directory, { recursive: true, force: true, maxRetries: 3 })
}

async function keepLogs(deployment: Deployment, { scenario, service, runDirectory }: ScenarioOptions, name = ''): Promise<readonly string[]> {
  const folder = `scenarios/${scenario.id}/logs${name === '' ? '' : `/${asFileName(name)}`}`
  await mkdir(join(runDirectory, folder), { recursive: true })
  const copied: string[] = []
  for (const [unit, path] of deployment.logFiles) {
    const file = `${folder}/${asFileName(unit)}.log`
    if (await keepLog(path, join(runDirectory, file), { secrets: service.secrets ?? [] })) copied.push(file)
  }
  for (const [unit, path] of deployment.inspections ?? []) {
    const file = `${folder}/${asFileName(unit)}.inspect.json`
    if (await keepLog(path, join(runDirectory, file), { secrets: service.secrets ?? [] })) copied.push(file)
  }
  return copied
}

const asFileName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_')

/** What is known before anything happens; checks read it from the history, so that a saved run needs nothing else. */
export function recordFacts(world: ScenarioWorld, { profile, driver, randomSeed }: ScenarioOptions): void {
  const { deployment, service } = world
  const { lifecycle } = service
  const named = (hard: boolean): readonly string[] => deployment.components.filter((one) => one.hard === hard).map((one) => one.name)
  const facts: Readonly<Record<string, unknown>> = {
    profile,
    driver: driver.name,
    randomSeed,
    instances: deployment.instances.map((one) => one.id),
    balancer: deployment.balancer,
    ejectWindowMs: ejectWindowMs(deployment.balancer),
    returnWindowMs: returnWindowMs(deployment.balancer),
    rebootGrade: deployment.rebootGrade,
    ...(deployment.rebootGradeReason === undefined ? {} : { rebootGradeReason: deployment.rebootGradeReason }),
    stop: { graceMs: lifecycle.stop.graceMs, allowedExitCodes: lifecycle.stop.allowedExitCodes },
    startTimeoutMs: lifecycle.startTimeoutMs,
    operations: Object.values(service.traffic).map(({ name, mutates, weight }) => ({ name, mutates, weight })),
    hardDependencies: named(true),
    softDependencies: named(false),
    dataOwners: deployment.components.filter((one) => one.ownsData).map((one) => one.name),
    ...(deployment.undeclared === undefined ? {} : { undeclaredContainers: deployment.undeclared }),
    restartPolicy: { replicas: service.target.replicas.restart },
    ...(lifecycle.drain === undefined ? {} : { drain: { deadlineMs: lifecycle.drain.deadlineMs, endsInExit: lifecycle.drain.endsInExit } }),
    ...(service.data === undefined ? {} : { maxLagMs: service.data.maxLagMs }),
  }
  for (const [name, value] of Object.entries(facts)) world.record({ kind: 'fact', name, value, atMs: world.clock() })
}
