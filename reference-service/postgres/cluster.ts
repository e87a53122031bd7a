import { spawn } from 'node:child_process'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { takeBaseBackup } from './base-backup.js'
import type { Installation } from './native-files.js'
import { withTemplate } from './cluster-template.js'
import { fromTemplate } from './standby-from-template.js'
import { giveTo } from './run-as.js'
import type { RunAs } from './run-as.js'

export interface ClusterOptions {
  readonly role: 'primary' | 'replica'
  readonly host: string
  readonly port: number
  /** The component's folder; the cluster is the folder `cluster` in it. */
  readonly directory: string
  readonly runAs: RunAs
  readonly installation: Installation
  /** Where an initialised cluster may be found to copy, or left for others; a replica only finds it. */
  readonly template?: string
  /** Where the replica finds the primary. */
  readonly primary?: { readonly host: string; readonly port: number }
  /** Addresses that need no password, as pg_hba.conf has them: `samenet`, `all`, `10.0.0.0/8`. */
  readonly trusted?: string
}

export const clusterDirectory = (directory: string): string => join(directory, 'cluster')

/**
 * Creates the cluster if it is not there. It is made under another name and renamed when complete, so that a kill at
 * any moment leaves either no cluster or a whole one.
 */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const cluster = clusterDirectory(options.directory)
  if (existsSync(cluster)) return
  const partial = `${cluster}.partial`
  if (options.role === 'primary') {
    rmSync(partial, { recursive: true, force: true })
    await withTemplate(options.template, partial, () => initialise(options, partial))
  } else {
    await copyPrimary(options, partial)
  }
  renameSync(partial, cluster)
}

/** A cluster remembers what it was made with, and what begins as a copy of it and follows a primary must not have less. */
const connectionsMax = 100
const sendersMax = 8

async function initialise(options: ClusterOptions, partial: string): Promise<void> {
  const names = ['-D', partial, '-U', 'postgres', '-A', 'trust', '--locale=C', '-E', 'UTF8', '--no-sync', '--no-instructions']
  // Small segments: the first base backup and every restart have less to copy.
  const settings = ['--wal-segsize=1', '-c', 'dynamic_shared_memory_type=mmap', '-c', 'shared_buffers=32MB', '-c', `max_connections=${connectionsMax}`, '-c', `max_wal_senders=${sendersMax}`]
  await runToItsEnd(options, options.installation.initdb, [...names, ...settings])
  // Nobody makes a database from the templates, and they are two thirds of all files that are copied and replicated.
  const statements = ["update pg_database set datistemplate = false where datname like 'template_'", 'drop database template0', 'drop database template1']
  await runToItsEnd(options, options.installation.postgres, ['--single', '-F', '-D', partial, '-c', 'log_min_messages=error', '-c', 'exit_on_error=true', 'postgres'], statements)
}

/** Throws when it does not end with 0. `statements`: lines of its input. */
function runToItsEnd({ installation, runAs, directory }: ClusterOptions, program: string, parameters: readonly string[], statements: readonly string[] = []): Promise<void> {
  const child = spawn(program, parameters, {
    ...runAs,
    cwd: directory,
    env: installation.environment,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.on('error', () => {}) // it ended early, and its exit code says why
  child.stdin.end(statements.map((one) => `${one}\n`).join(''))
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => (code === 0 ? resolve() : reject(new Error(`${basename(program)} ended with ${code ?? signal}`))))
  }).finally(() => process.removeListener('exit', endWithUs))
}

/** Retries until the primary can be reached: the two are started in any order. */
async function copyPrimary({ primary, runAs, template }: ClusterOptions, partial: string): Promise<void> {
  if (!primary) throw new Error('a replica needs PRIMARY_HOST and PRIMARY_PORT')
  let lastMessage = ''
  for (;;) {
    rmSync(partial, { recursive: true, force: true })
    try {
      if (template !== undefined && (await fromTemplate({ template, primary, directory: partial, owner: runAs }))) return
      return await takeBaseBackup({ ...primary, directory: partial, owner: runAs })
    } catch (error) {
      const { message } = error as Error
      if (message !== lastMessage) process.stderr.write(`copy of ${primary.host}:${primary.port}: ${message}; trying again\n`)
      lastMessage = message
      await pause(100)
    }
  }
}

/** Writes the configuration files anew: addresses may differ from the last start. */
export function configureCluster(options: ClusterOptions): void {
  const cluster = clusterDirectory(options.directory)
  // In a container everybody else is on the network that the container is on.
  const trusted = options.trusted ?? (options.host === '127.0.0.1' ? '127.0.0.1/32' : 'samenet')
  const files = {
    'postgresql.conf': settingsOf(options),
    'pg_hba.conf': `host all all ${trusted} trust\nhost replication all ${trusted} trust\n`,
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(cluster, name)
    writeFileSync(`${path}.new`, content, { mode: 0o600 })
    giveTo(options.runAs, `${path}.new`)
    renameSync(`${path}.new`, path)
  }
}

function settingsOf({ role, host, port, primary }: ClusterOptions): string {
  const settings: Record<string, string | number> = {
    listen_addresses: host,
    port,
    unix_socket_directories: '',
    cluster_name: `db-${role}`,
    max_connections: connectionsMax,
    shared_buffers: '32MB',
    // A killed cluster must leave nothing in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    io_method: 'sync', // no extra worker processes
    jit: 'off',
    max_parallel_workers_per_gather: 0,
    max_logical_replication_workers: 0,
    // An acknowledged commit is on disk.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // After a crash everything is synced once: file by file that takes seconds on a busy disk.
    recovery_init_sync_method: process.platform === 'linux' ? 'syncfs' : 'fsync',
    wal_level: 'replica',
    hot_standby: 'on',
    hot_standby_feedback: 'on',
    max_wal_senders: sendersMax,
    wal_keep_size: '128MB', // a replica that was away for a while can follow again
    min_wal_size: '8MB',
    max_wal_size: '256MB',
    // Both sides notice a silent connection soon: an orderly stop of the primary waits for its senders.
    wal_sender_timeout: '3s',
    wal_receiver_timeout: '2s', // the replica asks after half of it: that is how it knows that the primary lives
    wal_receiver_status_interval: '1s',
    wal_retrieve_retry_interval: '200ms',
    idle_in_transaction_session_timeout: '10s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] ',
  }
  if (primary) {
    settings['primary_conninfo'] = `host=${primary.host} port=${primary.port} user=postgres connect_timeout=2 application_name=db-replica`
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? value : `'${value}'`}\n`)
    .join('')
}
