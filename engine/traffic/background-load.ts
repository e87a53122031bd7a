import autocannon from 'autocannon'

export interface BackgroundLoadOptions {
  readonly url: URL
  readonly ratePerSecond: number
  readonly connections: number
  /** Bounds, whatever happens. */
  readonly durationMaxMs: number
  readonly requestsMax: number
}

/**
 * Pressure beside the recorded traffic, from a thread of its own. Its numbers are never used for a verdict and are
 * not returned: autocannon counts a request lost to an orderly close as no error at all. The correction for
 * coordinated omission is off, because it would send what it makes up.
 */
export function startBackgroundLoad(options: BackgroundLoadOptions): { stop(): Promise<void>; readonly ended: Promise<void> } {
  const { url, ratePerSecond, connections, durationMaxMs, requestsMax } = options
  let instance: autocannon.Instance | undefined
  const ended = new Promise<void>((resolve) => {
    const limits = {
      overallRate: ratePerSecond,
      maxOverallRequests: Math.max(requestsMax, connections), // autocannon asks for one a connection at least
      duration: Math.max(1, Math.ceil(durationMaxMs / 1_000)),
      ignoreCoordinatedOmission: true,
    }
    instance = autocannon({ url: url.href, connections, workers: 1, ...limits }, () => resolve())
  })
  const deadline = setTimeout(() => instance?.stop?.(), durationMaxMs)
  void ended.then(() => clearTimeout(deadline))
  return {
    ended,
    stop: async () => {
      instance?.stop?.()
      await ended
    },
  }
}
