import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeCluster, type FakeCluster } from '../../drivers/kubernetes/fake-cluster/fake-cluster.test-support.js'
import type { ClusterNode, Pod, Workload } from '../../drivers/kubernetes/objects.js'
import { seededRandom } from '../../engine/seeded-random.js'

/** Whole runs that are killed while they roll out, scale, delete pods and drain nodes: minutes, so a step of its own. */
const isAsked = process.env['SEAWORTHY_TRIAL'] === 'all'
const kills = Number(process.env['SEAWORTHY_TRIAL_KILLS'] ?? 12)
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
/** What is being done when a run is killed, in turn, and how long it takes at least: before that a moment is drawn. */
const ways = [['DRAIN-03', 7_000], ['RDND-05', 9_000], ['UPGR-05', 16_000], ['START-04', 5_000], ['UPGR-01', 12_000], ['UPGR-03', 8_000]] as const
const earliestMs = 1_000
const settledWithinMs = 40_000
const seed = Number(process.env['SEAWORTHY_TRIAL_SEED'] ?? 7)

const descriptor = (url: string): string => `schema: seaworthy/v1
service: web
target: { kind: kubernetes, namespace: default, workload: deployment/web, service: web, url: "${url}", drain: node, disposable: true }
identity: { instance: "header:x-instance", boot: "header:x-boot" }
balancer: { interval: 1s, fall: 2, rise: 1, timeout: 1s }
health: { readiness: /ready, liveness: /live }
traffic:
  home: { http: GET / }
  stream: { http: "GET /stream/{durationMs}", streams: true, weight: 0, minDuration: 700ms, expect: { bodyEndsWith: "done\\n" } }
  write: { http: "PUT /items/{key}", body: { value: "{value}" }, weight: 0 }
  read: { http: "GET /items/{key}", expect: { json: { /value: "{value}" } }, weight: 0 }
data: { write: write, read: { strong: read, ordinary: read }, maxLag: 100ms }
lifecycle:
  startTimeout: 5s
  upgrade:
    version: "GET /version#/release"
    releases:
      v1: { reads: v1, env: { RELEASE: v1 } }
      v2: { reads: v2, env: { RELEASE: v2 } }
      never-ready: { reads: never-ready, env: { RELEASE: never-ready } }
    from: v1
    to: v2
    bad: [never-ready]
`

let cluster: FakeCluster
let folder: string
const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], TMPDIR: folder, KUBECONFIG: cluster.kubeconfig })

beforeAll(async () => {
  if (!isAsked) return
  folder = mkdtempSync(join(tmpdir(), 'sw-killed-'))
  cluster = await startFakeCluster({ network: 91, drainMs: 400 })
  cluster.store.change<Workload>('deployments', 'web', (one) => ({ ...one, spec: { ...one.spec, progressDeadlineSeconds: 2 } }))
  writeFileSync(join(folder, 'seaworthy.yaml'), descriptor(cluster.service.target.cluster?.url?.href.replace(/\/$/, '') ?? ''))
})
afterAll(async () => {
  if (!isAsked) return
  await cluster.close()
  rmSync(folder, { recursive: true, force: true })
})

const seaworthy = (...words: readonly string[]): ChildProcess => spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...words], { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })

async function ended(child: ChildProcess): Promise<{ readonly code: unknown; readonly said: string }> {
  let said = ''
  child.stdout?.on('data', (piece: Buffer) => (said += piece.toString()))
  child.stderr?.on('data', (piece: Buffer) => (said += piece.toString()))
  const [code]: unknown[] = await once(child, 'close')
  return { code, said }
}

/** What a run may have left in the namespace or on the nodes: nothing, once everything runs again. */
function leftovers(): readonly string[] {
  const { store } = cluster
  const ours = (one: Workload | ClusterNode | Pod): readonly string[] => Object.keys(one.metadata.annotations ?? {}).filter((name) => name.startsWith('seaworthy.dev/'))
  const web = store.get<Workload>('deployments', 'web')
  if (web === undefined) return ['the workload is gone']
  const ready = store.list<Pod>('pods').filter(({ status, metadata }) => metadata.deletionTimestamp === undefined && status.containerStatuses?.[0]?.ready === true).length
  return [
    ...ours(web).map((name) => `annotation ${name} of the workload`),
    ...(web.spec.replicas === 3 ? [] : [`${web.spec.replicas} replicas are asked for`]),
    ...(web.spec.template.spec.containers[0]?.env === undefined ? [] : ['a release is deployed']),
    ...(web.spec.minReadySeconds === undefined && web.spec.progressDeadlineSeconds === 2 && web.spec.strategy?.rollingUpdate?.['maxSurge'] === 1 ? [] : ['a roll-out is to stop half way']),
    ...(ready === 3 ? [] : [`${ready} pods are ready`]),
    ...store.list<Pod>('pods').flatMap((pod) => (pod.metadata.deletionTimestamp === undefined ? ours(pod).map((name) => `annotation ${name} of ${pod.metadata.name}`) : [])),
    ...store.list<ClusterNode>('nodes').flatMap((node) => [...ours(node).map((name) => `annotation ${name} of ${node.metadata.name}`), ...(node.spec.unschedulable === true ? [`${node.metadata.name} is cordoned`] : [])]),
  ]
}

const random = seededRandom(seed, 'killed runs')
const moments = Array.from({ length: kills }, (_, index) => {
  const [id, lastsMs] = ways[index % ways.length]!
  return [id, Math.round(earliestMs + random() * (lastsMs - earliestMs))] as const
})

/** A run that was over before its moment came was not killed: it is killed sooner then. */
async function killed(id: string, afterMs: number): Promise<string> {
  const run = seaworthy('run', 'seaworthy.yaml', '--driver', 'kubernetes', '--allow', 'destructive', '--quiet', '--output', join(folder, 'run'), '--only', id)
  const running = ended(run)
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  const isOver = run.exitCode !== null
  run.kill('SIGKILL')
  const { said } = await running
  if (!isOver) return said
  if (afterMs < earliestMs) throw new Error(`the run ends at once: ${said}`)
  return killed(id, afterMs / 2)
}

/** What a kill found to be changed, by what was being done. */
const found: { readonly id: string; readonly changed: boolean }[] = []

test.runIf(isAsked).each(moments)('%s, killed after %i ms: after clean nothing of the run is in the namespace or on a node', async (id, afterMs) => {
  expect(leftovers()).toEqual([])
  const said = await killed(id, afterMs)
  const atKill = leftovers()
  found.push({ id, changed: atKill.length > 0 })
  const cleaned = await ended(seaworthy('clean', '--driver', 'kubernetes', 'seaworthy.yaml'))
  expect(cleaned, said).toMatchObject({ code: 0 })
  await expect.poll(leftovers, { timeout: settledWithinMs, interval: 200, message: `found at the kill: ${atKill.join(', ')}; clean said: ${cleaned.said}` }).toEqual([])
  console.log(`${id}, killed after ${afterMs} ms: ${atKill.join(', ') || 'nothing was changed'}`)
}, 200_000)

test.runIf(isAsked)('most of them were killed while something was changed', () => {
  expect(found.length).toBe(moments.length)
  expect(found.filter(({ changed }) => changed).length, JSON.stringify(found)).toBeGreaterThan(kills / 2)
})
