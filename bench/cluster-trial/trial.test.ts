import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { webDeployment } from '../../drivers/kubernetes/fake-cluster/declared-objects.test-support.js'
import { startFakeCluster, type FakeCluster } from '../../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import type { Manifest } from './manifests.js'
import { runTrial, type Trial } from './trial.js'

/** The whole trial, the command line included, on a fake cluster whose pods are real servers: half a minute, so a step of its own. */
const isAsked = process.env['SEAWORTHY_TRIAL'] === 'all'
if (!isAsked) console.warn('\n!!! THE TRIAL IN A CLUSTER IS NOT TESTED: SEAWORTHY_TRIAL is not "all", as it is in `npm run test:trial`\n')
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
let cluster: FakeCluster
let network = 81
beforeEach(async () => {
  cluster = await startFakeCluster({ network: network++, drainMs: 400, isEmpty: true })
})
afterEach(() => cluster.close())

const descriptor = (url: string): string => `schema: seaworthy/v1
service: web
target: { kind: kubernetes, namespace: "\${NAMESPACE}", workload: deployment/web, service: web, url: "${url}" }
identity: { instance: "header:x-instance", boot: "header:x-boot" }
health: { readiness: /ready, liveness: /live }
lifecycle:
  startTimeout: 5s
  upgrade:
    version: "GET /version#/release"
    releases:
      v1: { reads: v1, env: { RELEASE: v1 } }
      v2: { reads: v2, env: { RELEASE: v2 } }
    from: v1
    to: v2
traffic:
  home: { http: GET / }
  stream: { http: "GET /stream/{durationMs}", streams: true, weight: 0, minDuration: 700ms, expect: { bodyEndsWith: "done\\n" } }
  write: { http: "PUT /items/{key}", body: { value: "{value}" }, weight: 0 }
  read: { http: "GET /items/{key}", expect: { json: { /value: "{value}" } }, weight: 0 }
data: { write: write, read: { strong: read, ordinary: read }, maxLag: 100ms }
`

function manifests(): readonly Manifest[] {
  const url = cluster.service.target.cluster?.url?.href ?? ''
  const { spec } = webDeployment(3)
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seaworthy' }, data: { 'seaworthy.yaml': descriptor(url.replace(/\/$/, '')) } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }] } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels: { app: 'web' } }, spec },
  ]
}

async function tried(change: Partial<Trial> = {}): Promise<readonly string[]> {
  const told: string[] = []
  const trial = { root, kubeconfig: cluster.kubeconfig, image: 'docker.io/local/web:2', manifests: manifests(), readyWithinMs: 20_000, signal: new AbortController().signal, tell: (line: string) => void told.push(line), ...change }
  await runTrial(trial)
  return told
}
const namespaces = (): readonly string[] => [...cluster.api.namespaces]
const wasCreated = (): boolean => cluster.api.asked.includes('POST /api/v1/namespaces')

test.runIf(isAsked)('a graceful service passes, nothing is left on it, and the namespace is gone', async () => {
  const told = await tried()
  expect(told).toContainEqual(expect.stringMatching(/^START-04: passed/))
  expect(told).toContainEqual(expect.stringMatching(/^DRAIN-03: passed/))
  expect(told).toContainEqual(expect.stringMatching(/^UPGR-03: passed/))
  expect(told).toContain('nothing was left on the workload')
  expect(namespaces()).toEqual(['default'])
}, 200_000)

test.runIf(isAsked)('a service that does not hear the stop signal is told, and the namespace is gone', async () => {
  cluster.controllers.manner = 'deaf'
  await expect(tried()).rejects.toThrow(/START-04 failed/)
  expect(namespaces()).toEqual(['default'])
}, 200_000)

test.runIf(isAsked)('an image that cannot be had is named at once, and the namespace is gone', async () => {
  cluster.controllers.obstacle = 'bad-image'
  await expect(tried()).rejects.toThrow(/web \(0 of 3\); found web-.*ImagePullBackOff/)
  expect(namespaces()).toEqual(['default'])
})

test.runIf(isAsked)('pods that find no node are named when the time is over, and the namespace is gone', async () => {
  cluster.controllers.obstacle = 'no-node'
  await expect(tried({ readyWithinMs: 600 })).rejects.toThrow(/after 1 s not all replicas are ready of web .* has no node: Unschedulable/)
  expect(namespaces()).toEqual(['default'])
})

test.runIf(isAsked)('what the login may not do is named before anything is touched', async () => {
  cluster.api.denied.add('create namespaces').add('create configmaps')
  await expect(tried()).rejects.toThrow(/may not create namespaces; create configmaps\. Nothing was touched/)
  expect(wasCreated()).toBe(false)
})

test.runIf(isAsked)('an interruption before the beginning touches nothing', async () => {
  await expect(tried({ signal: AbortSignal.abort() })).rejects.toThrow(/aborted/)
  expect(wasCreated()).toBe(false)
})

test.runIf(isAsked)('an interruption while it waits deletes the namespace', async () => {
  cluster.controllers.obstacle = 'no-node'
  const interruption = new AbortController()
  const tell = (line: string): void => void (line.startsWith('created') && setTimeout(() => interruption.abort(), 700))
  await expect(tried({ tell, signal: interruption.signal })).rejects.toThrow(/aborted/)
  expect(wasCreated()).toBe(true)
  expect(namespaces()).toEqual(['default'])
})

test.runIf(isAsked)('an interruption while the service is judged ends the run in order and deletes the namespace', async () => {
  const interruption = new AbortController()
  const tell = (line: string): void => void (line.startsWith('all replicas') && setTimeout(() => interruption.abort(), 6_000))
  await expect(tried({ tell, signal: interruption.signal })).rejects.toThrow(/aborted/)
  expect(namespaces()).toEqual(['default'])
}, 100_000)

describe.runIf(isAsked)('npm run test:kubernetes', () => {
  async function command(environment: Readonly<Record<string, string>>, interruptAfter?: string): Promise<{ readonly code: unknown; readonly said: string }> {
    const child = spawn(process.execPath, [join(root, 'dist/bench/cluster-trial/main.js')], { env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    let isInterrupted = false
    const onOutput = (piece: Buffer): void => {
      said += piece.toString()
      if (isInterrupted || interruptAfter === undefined || !said.includes(interruptAfter)) return
      isInterrupted = true
      child.kill('SIGINT')
    }
    child.stdout.on('data', onOutput)
    child.stderr.on('data', onOutput)
    const [code]: unknown[] = await once(child, 'close')
    return { code, said }
  }

  test('says loudly that it was skipped where no cluster is named, and ends with 0', async () => {
    expect(await command({})).toEqual({ code: 0, said: expect.stringContaining('WAS NOT TESTED AGAINST A CLUSTER: skipped, as SEAWORTHY_TEST_KUBECONFIG names no kubeconfig') })
  })

  test('names what is missing', async () => {
    expect(await command({ SEAWORTHY_TEST_KUBECONFIG: '/nowhere', SEAWORTHY_TEST_IMAGE: 'x' })).toEqual({ code: 64, said: expect.stringContaining('/nowhere, which is not there') })
    expect(await command({ SEAWORTHY_TEST_KUBECONFIG: cluster.kubeconfig })).toEqual({ code: 64, said: expect.stringContaining('SEAWORTHY_TEST_IMAGE names no image') })
  })

  test('creates the reference service, and leaves no namespace after a Ctrl-C', async () => {
    const { code, said } = await command({ SEAWORTHY_TEST_KUBECONFIG: cluster.kubeconfig, SEAWORTHY_TEST_IMAGE: 'x' }, 'created the namespace')
    expect({ code, said }).toEqual({ code: 130, said: expect.stringMatching(/deleted the namespace seaworthy-trial-/) })
    expect(cluster.api.asked.filter((asked) => asked.startsWith('POST') && asked.endsWith('/deployments')).length).toBeGreaterThan(0)
    expect(namespaces()).toEqual(['default'])
  })
})
