import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiClient } from '../../drivers/kubernetes/api-client.js'
import { readAccess } from '../../drivers/kubernetes/kubeconfig.js'
import { descriptorIn, placed, type Manifest } from './manifests.js'
import { seaworthy } from './seaworthy-program.js'
import { missingForTrial, TrialNamespace } from './trial-namespace.js'
import { outcomesIn } from './trial-report.js'

export interface Trial {
  /** Folder of the checkout, with what is compiled. */
  readonly root: string
  readonly kubeconfig: string
  readonly image: string
  readonly manifests: readonly Manifest[]
  readonly readyWithinMs: number
  readonly signal: AbortSignal
  readonly tell: (line: string) => void
}

/** What the reference must be found to do where its replicas run in a cluster. */
const expected = ['START-04', 'DRAIN-03', 'UPGR-03'] as const
/** An outcome that a busy machine left open is measured once more. */
const triesMax = 3

/**
 * Judges the reference service in a namespace of its own, from this machine: the addresses of pods must be reachable from here,
 * which the run itself looks at first. The namespace is deleted whatever happened. Throws with what went wrong.
 */
export async function runTrial(trial: Trial): Promise<void> {
  const api = new ApiClient(await readAccess({ files: [trial.kubeconfig], environment: process.env }))
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-trial-'))
  try {
    const namespace = new TrialNamespace(api, `seaworthy-trial-${randomBytes(6).toString('hex')}`)
    await requireAllowed(api, trial, namespace.name)
    await inNamespace(namespace, trial, async () => {
      const descriptor = join(folder, 'seaworthy.yaml')
      writeFileSync(descriptor, descriptorIn(trial.manifests))
      await judge(trial, { namespace: namespace.name, descriptor, output: join(folder, 'run') })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await api.close()
  }
}

async function requireAllowed(api: ApiClient, { manifests, tell }: Trial, namespace: string): Promise<void> {
  const { gitVersion } = await api.request<{ readonly gitVersion?: string }>({ path: '/version', doing: 'asking the API server for its version' })
  tell(`Kubernetes ${gitVersion ?? 'of an unknown version'} (${api.access.origin})`)
  const missing = await missingForTrial(api, manifests, namespace)
  if (missing.length > 0) throw new Error(`the login of ${api.access.origin} may not ${missing.join('; ')}. Nothing was touched`)
}

async function inNamespace(namespace: TrialNamespace, trial: Trial, work: () => Promise<void>): Promise<void> {
  const { manifests, image, readyWithinMs, signal, tell } = trial
  signal.throwIfAborted()
  try {
    // From here on it is deleted, also when the answer to its creation was lost.
    await namespace.create()
    tell(`created the namespace ${namespace.name}`)
    await namespace.apply(manifests.map((manifest) => placed(manifest, { namespace: namespace.name, image })))
    await namespace.waitUntilReady({ timeoutMs: readyWithinMs, signal })
    tell(`all replicas are ready, ${manifests.length} objects in all`)
    await work()
  } finally {
    await namespace.remove()
    tell(`deleted the namespace ${namespace.name}`)
  }
}

interface Place {
  readonly namespace: string
  readonly descriptor: string
  readonly output: string
}

async function judge(trial: Trial, { namespace, descriptor, output }: Place): Promise<void> {
  const { root, kubeconfig, signal, tell } = trial
  const program = { root, signal, environment: { KUBECONFIG: kubeconfig, NAMESPACE: namespace } }
  for (let tries = 1; ; tries++) {
    rmSync(output, { recursive: true, force: true })
    const ended = await seaworthy(program, ['run', descriptor, '--driver', 'kubernetes', '--allow', 'disruptive', '--only', expected.join(','), '--output', output])
    signal.throwIfAborted()
    const outcomes = outcomesIn(output)
    if (outcomes === undefined) throw new Error(`seaworthy run ended with ${ended.exitCode} and without a report: ${ended.said}`)
    const others = expected.filter((id) => outcomes.get(id)?.outcome !== 'passed')
    for (const id of expected) tell(`${id}: ${outcomes.get(id)?.outcome ?? 'missing'}: ${outcomes.get(id)?.summary ?? ''}`)
    if (others.length === 0) break
    const isOpen = others.every((id) => outcomes.get(id)?.outcome === 'inconclusive')
    if (!isOpen || tries === triesMax) throw new Error(`expected the reference to pass; found ${others.map((id) => `${id} ${outcomes.get(id)?.outcome ?? 'missing'}`).join(', ')}: ${ended.said}`)
    tell('inconclusive, measured once more')
  }
  const cleaned = await seaworthy(program, ['clean', descriptor, '--driver', 'kubernetes'])
  if (cleaned.exitCode !== 0 || !cleaned.said.includes('nothing was left behind')) throw new Error(`the run left something in the cluster: ${cleaned.said}`)
  tell('nothing was left on the workload')
}
