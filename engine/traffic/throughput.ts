/**
 * Closed loop of a few connections: how many answers a second a server can give. For benchmarks only: autocannon does not see a
 * request that is lost to an orderly close, so nothing is judged by it.
 */
export async function measureThroughput(options: { readonly url: URL; readonly connections: number; readonly durationMs: number }): Promise<number> {
  const { default: autocannon } = await import('autocannon')
  const settings = { url: options.url.href, connections: options.connections, duration: options.durationMs / 1_000 }
  const result = await autocannon(settings as Parameters<typeof autocannon>[0])
  return result.requests.average
}
