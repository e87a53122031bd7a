import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { exceptionsIn } from '../collected-exceptions.js'
import { correlationOf, traceOf } from './correlation.js'
import { ExceptionReports } from './exception-reports.js'
import { releaseNamed } from './release.js'
import { RequestMetrics } from './request-metrics.js'

describe('request metrics', () => {
  test('count by status, and in the bucket of the latency', () => {
    const metrics = new RequestMetrics()
    metrics.count(200, 0.5)
    metrics.count(200, 3)
    metrics.count(500, 20_000)
    const lines = metrics.exposition().split('\n')
    expect(lines).toContain('http_requests_total{status="200"} 2')
    expect(lines).toContain('http_request_duration_seconds_bucket{status="200",le="0.001"} 1')
    expect(lines).toContain('http_request_duration_seconds_bucket{status="200",le="0.005"} 2')
    expect(lines).toContain('http_request_duration_seconds_bucket{status="500",le="10"} 0')
    expect(lines).toContain('http_request_duration_seconds_bucket{status="500",le="+Inf"} 1')
    expect(lines).toContain('http_request_duration_seconds_count{status="500"} 1')
  })
})

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', { traceId: '0af7651916cd43dd8448eb211c80319c', sampled: true }],
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', { traceId: '0af7651916cd43dd8448eb211c80319c', sampled: false }],
  ['00-short-b7ad6b7169203331-01', undefined],
  [undefined, undefined],
])('traceparent %s', (traceparent, found) => {
  const headers = traceparent === undefined ? {} : { traceparent }
  expect(correlationOf(headers)).toEqual(found)
  expect(traceOf(headers)).toEqual(found === undefined ? {} : { traceId: found.traceId })
})

describe('exception reports', () => {
  const identity = { instance: 'replica-1', boot: 'boot-1', release: releaseNamed('v1') }
  let server: Server | undefined
  afterEach(() => void server?.close())

  async function collectorAnswering(statuses: number[]): Promise<{ readonly dsn: string; readonly bodies: Buffer[]; readonly paths: string[] }> {
    const bodies: Buffer[] = []
    const paths: string[] = []
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        bodies.push(Buffer.concat(chunks))
        paths.push(request.url ?? '')
        response.writeHead(statuses.shift() ?? 200).end()
      })
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    return { dsn: `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/7`, bodies, paths }
  }

  test('are envelopes that a collector reads', async () => {
    const { dsn, bodies, paths } = await collectorAnswering([])
    await new ExceptionReports(dsn, identity).report(new TypeError('it broke'), { traceId: '0af7651916cd43dd8448eb211c80319c' })
    expect(paths[0]).toContain('/api/7/envelope/')
    expect(exceptionsIn(bodies[0]!)).toMatchObject([{ type: 'TypeError', message: 'it broke', release: 'ledger@1.0.0', instance: 'replica-1', boot: 'boot-1', level: 'error' }])
    expect(exceptionsIn(bodies[0]!)[0]?.stack).toMatch(/^at .+observability\.test\.ts:\d+\)/)
  })
  test('are tried again when the collector fails, and given up in the end', async () => {
    const { dsn, bodies } = await collectorAnswering([503, 200])
    await new ExceptionReports(dsn, identity).report(new Error('once'))
    expect(bodies).toHaveLength(2)
    await expect(new ExceptionReports('http://key@127.0.0.1:9/1', identity).report(new Error('nowhere'))).resolves.toBeUndefined()
  })
  test('are not made without an address', async () => {
    await expect(new ExceptionReports(undefined, identity).report(new Error('silent'))).resolves.toBeUndefined()
  })
})
