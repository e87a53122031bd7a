import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { Options } from 'autocannon'

export interface BackgroundLoadOptions {
  readonly url: URL
  readonly ratePerSecond: number
  readonly connections: number
  /** Bounds, whatever happens. */
  readonly durationMaxMs: number
  readonly requestsMax: number
}

/** Of our own making, because autocannon's own worker mode never tells that it has ended after it was stopped. */
const thread = `
const { workerData } = require('node:worker_threads')
require(workerData.autocannon)(workerData.options, () => process.exit())
`

/**
 * Pressure beside the recorded traffic, from a thread of its own. Its numbers are never used for a verdict and are
 * not returned: autocannon counts a request lost to an orderly close as no error at all. The correction for
 * coordinated omission is off, because it would send what it makes up.
 */
export function startBackgroundLoad({ url, ratePerSecond, connections, durationMaxMs, requestsMax }: BackgroundLoadOptions): {
  stop(): Promise<void>
  readonly ended: Promise<void>
} {
  const options: Options & { readonly ignoreCoordinatedOmission: boolean } = {
    url: url.href,
    connections,
    overallRate: ratePerSecond,
    maxOverallRequests: Math.max(requestsMax, connections), // it asks for one a connection at least
    duration: Math.max(1, Math.ceil(durationMaxMs / 1_000)),
    ignoreCoordinatedOmission: true,
  }
  const autocannon = createRequire(import.meta.url).resolve('autocannon')
  const worker = new Worker(thread, { eval: true, env: {}, workerData: { autocannon, options } })
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve())
    worker.once('error', () => resolve()) // pressure that is not there is seen in the service's own numbers
  })
  const deadline = setTimeout(() => void worker.terminate(), durationMaxMs)
  void ended.then(() => clearTimeout(deadline))
  return {
    ended,
    stop: async () => {
      await worker.terminate()
    },
  }
}
