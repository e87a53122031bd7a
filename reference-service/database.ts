import type { ChildProcess } from 'node:child_process'
import { mkdirSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { defective, exitCodeConfiguration, refuseUnknownDefect } from './defects.js'
import { configureCluster, createCluster } from './postgres/cluster.js'
import type { ClusterOptions } from './postgres/cluster.js'
import { prepareInstallation } from './postgres/native-files.js'
import { clearPredecessor, startPostmaster } from './postgres/postmaster.js'
import { giveTo, runAsUser } from './postgres/run-as.js'

/**
 * One PostgreSQL server: `node database.js primary|replica` with HOST, PORT, DATA_DIRECTORY and, for the replica,
 * PRIMARY_HOST and PRIMARY_PORT. TRUSTED_NETWORK says who needs no password where that is not whoever is on the same
 * network. The first start makes the cluster, later starts use it. With CLUSTER_TEMPLATE, a path, an empty cluster is
 * copied from there, and left there by the first primary that makes one. This process stays the main process: SIGTERM and SIGINT
 * become PostgreSQL's fast shutdown, SIGQUIT its immediate one, and the exit code is PostgreSQL's.
 */
refuseUnknownDefect()

function required(name: string): string {
  const value = process.env[name]
  if (value) return value
  process.stderr.write(`database: ${name} is not set\n`)
  process.exit(exitCodeConfiguration)
}

function readOptions(): ClusterOptions {
  const role = process.argv[2]
  if (role !== 'primary' && role !== 'replica') {
    process.stderr.write(`database: found the role "${role ?? ''}", expected primary or replica\n`)
    process.exit(exitCodeConfiguration)
  }
  const runAs = runAsUser()
  mkdirSync(required('DATA_DIRECTORY'), { recursive: true })
  const directory = realpathSync(required('DATA_DIRECTORY'))
  giveTo(runAs, directory)
  return {
    role,
    host: required('HOST'),
    port: Number(required('PORT')),
    directory,
    runAs,
    installation: prepareInstallation(directory, runAs),
    ...(process.env['CLUSTER_TEMPLATE'] ? { template: process.env['CLUSTER_TEMPLATE'] } : {}),
    ...(process.env['TRUSTED_NETWORK'] ? { trusted: process.env['TRUSTED_NETWORK'] } : {}),
    ...(role === 'replica' ? { primary: { host: required('PRIMARY_HOST'), port: Number(required('PRIMARY_PORT')) } } : {}),
  }
}

let postmaster: ChildProcess | undefined
let stopping = false
function forward(signal: NodeJS.Signals): void {
  if (stopping && signal !== 'SIGQUIT') return
  stopping = true
  if (postmaster) postmaster.kill(signal)
  else process.exit(0) // nothing runs yet that could lose data
}
process.on('SIGTERM', () => forward('SIGINT'))
process.on('SIGINT', () => forward('SIGINT'))
process.on('SIGQUIT', () => forward('SIGQUIT'))

/** Resolves with the exit code and how long it ran. */
function runOnce(options: ClusterOptions): Promise<{ readonly exitCode: number; readonly ranMs: number }> {
  const startedAtMs = performance.now()
  const child = (postmaster = startPostmaster(options))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      postmaster = undefined
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({ exitCode, ranMs: performance.now() - startedAtMs })
    })
  })
}

/**
 * After a kill of everything the old backends need a moment to notice that their postmaster is gone, and until then
 * PostgreSQL refuses to start on their shared memory. So an end right after the start is tried again for a while.
 */
async function main(): Promise<void> {
  const options = readOptions()
  await createCluster(options)
  if (options.role === 'replica' && defective('repl.apply-stuck')) {
    const { stopApplying } = await import('./postgres/stuck-replay.js')
    void stopApplying(options)
  }
  const giveUpAtMs = performance.now() + 15_000
  for (;;) {
    await clearPredecessor(options.directory)
    configureCluster(options)
    if (stopping) process.exit(0)
    const { exitCode, ranMs } = await runOnce(options)
    if (stopping || exitCode === 0 || ranMs > 2_000 || performance.now() > giveUpAtMs) process.exit(exitCode)
    await pause(100)
  }
}

void main().catch((error: Error) => {
  process.stderr.write(`database: ${error.message}\n`)
  process.exit(1)
})
