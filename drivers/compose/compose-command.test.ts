import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { bringUp, composeDurationMs, composeServices, policyOf } from './compose-command.js'
import { healthcheckPath } from './observe.js'

test('a service is read with its number, policy, stop and published ports', () => {
  const text = `
services:
  app:
    image: x
    restart: on-failure:5
    stop_signal: SIGINT
    stop_grace_period: 1m30s
    deploy: { replicas: 3 }
    healthcheck: { test: [CMD, curl, -f, "http://localhost:8080/ready"] }
  proxy:
    image: y
    restart: unless-stopped
    ports: ["127.0.0.1:8088:8080/tcp", "53:53/udp", { target: 9000, published: 9000 }, 70]
`
  expect(composeServices(text)).toEqual([
    { name: 'app', replicas: 3, restart: 'on-failure', startAtBoot: false, stopSignal: 'SIGINT', stopGraceMs: 90_000, healthcheck: 'CMD curl -f http://localhost:8080/ready', publishedPorts: [] },
    { name: 'proxy', replicas: 1, restart: 'always', startAtBoot: true, publishedPorts: [8080, 9000, 70] },
  ])
  expect(composeServices('')).toEqual([])
})

test.each([['10s', 10_000], ['1m30s', 90_000], ['500ms', 500], ['1h', 3_600_000]])('%s is %i ms', (text, ms) => expect(composeDurationMs(text)).toBe(ms))

test('what the engine does not start by itself after a boot is not said to be', () => {
  expect(policyOf('no')).toEqual({ restart: 'never', startAtBoot: false })
  expect(policyOf('on-failure')).toEqual({ restart: 'on-failure', startAtBoot: false })
  expect(policyOf('always')).toEqual({ restart: 'always', startAtBoot: true })
})

test('the path of a health check is only taken of an address of its own container', () => {
  expect(healthcheckPath('CMD curl -f http://localhost:8080/ready')).toBe('/ready')
  expect(healthcheckPath('CMD-SHELL wget -q "http://127.0.0.1/health?full=1" || exit 1')).toBe('/health?full=1')
  expect(healthcheckPath('CMD curl http://other/ready')).toBeUndefined()
  expect(healthcheckPath('CMD pg_isready')).toBeUndefined()
})

test('a command that is interrupted is told to end, and is waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-compose-'))
  const [began, ended] = [join(folder, 'began'), join(folder, 'ended')]
  writeFileSync(join(folder, 'docker'), `#!/bin/sh
case "$*" in *version*) exit 0;; esac
trap 'sleep 0.2; touch ${ended}; echo what it said >&2; exit 130' TERM
touch ${began}
while :; do sleep 0.02; done
`)
  chmodSync(join(folder, 'docker'), 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  try {
    const interruption = new AbortController()
    const up = bringUp('shop', 'compose.yaml', { environment: {}, signal: interruption.signal }).catch((thrown: unknown) => thrown)
    await expect.poll(() => existsSync(began), { timeout: 15_000 }).toBe(true)
    interruption.abort()
    expect(await up).toMatchObject({ code: 'SW_COMPOSE_UP', message: expect.stringContaining('what it said') })
    expect(existsSync(ended)).toBe(true)
  } finally {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  }
}, 30_000)
