import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SeaworthyError } from '../../core/errors.js'
import type { Deployment, Instance, StopResult } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { drivers } from '../../drivers/index.js'
import { acceptsConnections, pollUntil } from '../../engine/probe.js'
import { lastLines } from '../../operating-system/last-lines.js'
import { newRunId } from '../run-id.js'
import { openRunScope } from '../run-scope.js'

/** A service that was started once to see what it does. */
export interface Trial {
  readonly url: URL
  readonly startedAfterMs: number
  stop(options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult | undefined>
}
export type TrialResult<T> = { readonly listened: true; readonly result: T } | { readonly listened: false; readonly exited: boolean; readonly lastWords: readonly string[] }

const listenTimeoutMs = 10_000

/** Starts one replica as a run does, lets `look` look at it when it listens, and takes everything away again. */
export async function tryOut<T>(service: ServiceDescriptor, signal: AbortSignal, look: (trial: Trial) => Promise<T>): Promise<TrialResult<T>> {
  const driver = drivers.find((one) => one.name === 'process')
  if (driver === undefined) throw new Error('there is no process driver')
  const availability = await driver.availability(service)
  if (!availability.available) throw new SeaworthyError('SW_DRIVER_UNAVAILABLE', `while trying the start command: ${availability.reason}`)
  const runId = newRunId()
  const scope = await openRunScope(runId, () => {})
  try {
    const directory = join(scope.workDirectory, 'd0')
    mkdirSync(directory, { mode: 0o755 })
    await using deployment = await driver.deploy(service, { runId, directory, sharedDirectory: join(scope.workDirectory, 'shared'), journal: scope.journal, signal, environment: { SEAWORTHY_RUN: runId }, onPlatformEvent: () => {} })
    const [instance] = deployment.instances
    if (instance === undefined) throw new Error('the deployment has no instance')
    const startedAt = performance.now()
    const state = await untilListening(deployment, instance, signal)
    if (state !== 'listening') return { listened: false, exited: state === 'exited', lastWords: await lastWordsOf(deployment, instance) }
    const startedAfterMs = Math.round(performance.now() - startedAt)
    const result = await look({ url: instance.url, startedAfterMs, stop: async (options) => deployment.controls.stop?.(instance.id, options) })
    return { listened: true, result }
  } finally {
    await scope.close()
  }
}

async function untilListening(deployment: Deployment, { id, url }: Instance, signal: AbortSignal): Promise<'listening' | 'exited' | 'silent'> {
  let exited = false
  const listening = await pollUntil(
    async () => {
      if (await acceptsConnections(url.hostname, Number(url.port), 500)) return true
      exited = (await deployment.controls.processState?.(id))?.state === 'exited'
      return exited
    },
    { timeoutMs: listenTimeoutMs, everyMs: 50, signal },
  )
  signal.throwIfAborted()
  return exited ? 'exited' : listening ? 'listening' : 'silent'
}

async function lastWordsOf({ logFiles }: Deployment, { id }: Instance): Promise<readonly string[]> {
  const path = logFiles.get(id)
  return path === undefined ? [] : (await lastLines(path, { linesMax: 6, bytesMax: 2_000 })).filter((line) => line.trim() !== '')
}
