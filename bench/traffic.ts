import { join } from 'node:path'
import type { Network } from '../drivers/network/network-protocol.js'
import { startNetwork } from '../drivers/network/start-network.js'
import { measureTraffic, type TrafficMeasurement } from '../engine/traffic/measure.js'
import { measureThroughput } from '../engine/traffic/throughput.js'
import { startOtherBalancer, type OtherBalancerName } from './other-balancers.js'

const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }
const settings = { intervalMs: 250, fall: 2, rise: 1, timeoutMs: 1_000, readinessPath: '/' }

const start = (folder: string, backends: readonly URL[]): Promise<Network> =>
  startNetwork(
    { balancer: { ...settings, backends: backends.map((url, index) => ({ id: `echo-${index}`, host: url.hostname, port: Number(url.port) })) }, edges: [] },
    { environment, logFile: join(folder, 'network.log'), onEvent: () => {}, onUnexpectedExit: (reason) => console.error(reason) },
  )

/** The open loop against an echo server in another process that answers at once: all of the latency is error. */
export async function measureSchedule(options: { readonly ratePerSecond: number; readonly durationMs: number; readonly folder: string }): Promise<TrafficMeasurement> {
  await using network = await start(options.folder, [])
  await measureTraffic({ url: network.echoUrl, ratePerSecond: options.ratePerSecond, durationMs: 500 }) // warm
  // Awaited here: the network ends with this block.
  return answered(await measureTraffic({ url: network.echoUrl, ...options }))
}

/** A measurement of requests that nobody answered would look like a very fast server. */
function answered(measured: TrafficMeasurement): TrafficMeasurement {
  if (measured.failed > measured.sent / 100) throw new Error(`${measured.failed} of ${measured.sent} requests failed: nothing was measured`)
  return measured
}

export interface BalancerMeasurement {
  readonly throughputPerSecond: number
  readonly directPerSecond: number
  readonly addedMsP50: number
  readonly addedMsP99: number
}

/** A balancer in front of two echo servers, each in a process of its own, against the same echo servers without it. */
export async function measureBalancer(folder: string, other?: OtherBalancerName): Promise<BalancerMeasurement> {
  await using first = await start(folder, [])
  await using second = await start(folder, [])
  const backends = [first.echoUrl, second.echoUrl]
  if (other !== undefined) {
    await using balancer = await startOtherBalancer(other, backends, folder)
    return await compared(first.echoUrl, balancer.url)
  }
  await using network = await start(folder, backends)
  return await compared(first.echoUrl, network.balancerUrl)
}

/** The fault proxy of one dependency edge without a fault, against the same server without it. */
export async function measureProxy(folder: string): Promise<BalancerMeasurement> {
  await using echo = await start(folder, [])
  await using network = await start(folder, [])
  const edge = { from: 'client', to: 'echo' }
  await network.openEdge(edge, { host: echo.echoUrl.hostname, port: Number(echo.echoUrl.port) })
  return await compared(echo.echoUrl, new URL(`http://127.0.0.1:${network.proxyPort(edge)}/`))
}

async function compared(directUrl: URL, url: URL): Promise<BalancerMeasurement> {
  await untilAnswering(url)
  const paced = { ratePerSecond: 500, durationMs: 2_000 }
  await measureTraffic({ url, ratePerSecond: 500, durationMs: 500 })
  const direct = answered(await measureTraffic({ url: directUrl, ...paced }))
  const through = answered(await measureTraffic({ url, ...paced }))
  return {
    throughputPerSecond: await measureThroughput({ url, connections: 16, durationMs: 2_000 }),
    directPerSecond: await measureThroughput({ url: directUrl, connections: 16, durationMs: 2_000 }),
    addedMsP50: through.latencyMsP50 - direct.latencyMsP50,
    addedMsP99: through.latencyMsP99 - direct.latencyMsP99,
  }
}

async function untilAnswering(url: URL): Promise<void> {
  for (const endAt = performance.now() + 5_000; performance.now() < endAt; ) {
    if (await fetch(url).then(({ ok }) => ok, () => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url.href} did not answer within 5 s: its backends are not reached`)
}
