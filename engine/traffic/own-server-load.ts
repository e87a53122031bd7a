import type { BalancerQualification } from '../../core/driver.js'
import type { Load } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import type { TrafficContext } from './context.js'
import { startLoad } from './load.js'
import { RecordingClient } from './recording-client.js'

const durationMaxMs = 3_600_000
const timeoutMs = 5_000
/** The drain of the echo backend begins when this share of the requests was answered. */
const shareBeforeDrain = 0.2

interface OwnLoad {
  readonly name: string
  readonly url: URL
  readonly ratePerSecond: number
  readonly via: string
}

/** Load on a server of ours that answers 200 to any GET. */
function startOwnLoad(context: TrafficContext, { name, url, ratePerSecond, via }: OwnLoad): Load {
  const operation: Operation = {
    name: 'echo',
    method: 'GET',
    path: url.pathname,
    headers: {},
    expect: { status: [200], json: {} },
    mutates: false,
    timeoutMs,
    weight: 0,
    streams: false,
    holdsBody: false,
  }
  const compiled = context.operations.compiled(operation)
  const client = new RecordingClient(context, { load: name, via, url, connections: 'keep-alive', ofService: false })
  return startLoad(context, { name, client, ratePerSecond, durationMaxMs, operationOf: () => compiled })
}

/** A slow, steady load on our own echo server beside the traffic: what is lost there is not the service's fault. */
export function startNullControl(context: TrafficContext, echo: URL, ratePerSecond: number): Load {
  return startOwnLoad(context, { name: 'null-control', url: echo, ratePerSecond, via: 'echo' })
}

/**
 * Load through a balancer in front of echo backends while one of them is drained in order. Goes on until the drain
 * is over and `requests` were sent; requests of load `balancer-qualification`.
 */
export async function qualifyBalancer(
  context: TrafficContext,
  qualification: () => Promise<BalancerQualification>,
  options: { readonly ratePerSecond: number; readonly requests: number },
): Promise<void> {
  const balancer = await qualification()
  const load = startOwnLoad(context, { name: 'balancer-qualification', url: balancer.entrypoint, ratePerSecond: options.ratePerSecond, via: 'balancer' })
  const untilAnswered = async (count: number): Promise<void> => {
    while (load.counts().ended < count && !context.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  try {
    await untilAnswered(options.requests * shareBeforeDrain)
    await balancer.drainOneBackend()
    await untilAnswered(options.requests)
  } finally {
    await load.stop()
    await balancer.close()
  }
}
