import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { defective, exitCodeConfiguration, refuseUnknownDefect } from './defects.js'

/**
 * A planned change of the primary: `node hand-over.js PRIMARY-HOST PRIMARY-PORT STANDBY-HOST STANDBY-PORT`. The primary takes no more
 * writes, the standby gets everything that was written, and only then it is promoted. Exit code 0 when the standby is the primary.
 * The old primary stays fenced: it must be made anew as a standby before it is of use again.
 */
refuseUnknownDefect()

const pollMs = 20
const patienceMs = 20_000
/** Writers that began before the fence are done when nothing was written for so long. */
const quietMs = 100

const [primaryHost, primaryPort, standbyHost, standbyPort] = process.argv.slice(2)
if (!primaryHost || !primaryPort || !standbyHost || !standbyPort) {
  process.stderr.write('hand-over: expected the host and port of the primary, and the host and port of the standby\n')
  process.exit(exitCodeConfiguration)
}

async function connected(host: string, port: string): Promise<pg.Client> {
  const client = new pg.Client({ host, port: Number(port), user: 'postgres', database: 'postgres', connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function answer<T>(client: pg.Client, statement: string): Promise<T> {
  const { rows } = await client.query<{ answer: T }>(statement)
  return rows[0]!.answer
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + patienceMs; !(await holds()); await pause(pollMs)) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${patienceMs / 1_000} s`)
  }
}

/** New transactions are read-only at once; those that write already are waited for. */
async function fence(primary: pg.Client): Promise<void> {
  await primary.query('alter system set default_transaction_read_only = on')
  await primary.query('select pg_reload_conf()')
  let position = ''
  let quietSinceMs = performance.now()
  await until('the writers of the primary end', async () => {
    const now = await answer<string>(primary, `select pg_current_wal_insert_lsn()::text || ' ' || (select count(*) from pg_stat_activity where backend_xid is not null) as answer`)
    if (now !== position || !now.endsWith(' 0')) quietSinceMs = performance.now()
    position = now
    return performance.now() - quietSinceMs >= quietMs
  })
}

async function caughtUp(primary: pg.Client, standby: pg.Client): Promise<void> {
  const position = await answer<string>(primary, 'select pg_current_wal_flush_lsn()::text as answer')
  await until('the standby catches up', () => answer<boolean>(standby, `select pg_last_wal_replay_lsn() >= '${position}'::pg_lsn as answer`))
}

async function promote(standby: pg.Client): Promise<void> {
  if (!(await answer<boolean>(standby, 'select pg_promote(true, 15) as answer'))) throw new Error('the standby was not promoted within 15 s')
  await until('the standby takes writes', () => answer<boolean>(standby, 'select not pg_is_in_recovery() as answer'))
}

async function handOver(): Promise<void> {
  const primary = await connected(primaryHost!, primaryPort!)
  const standby = await connected(standbyHost!, standbyPort!)
  if (defective('swap.handover-loses-tail')) {
    await promote(standby)
    await fence(primary)
  } else {
    await fence(primary)
    await caughtUp(primary, standby)
    await promote(standby)
  }
  await Promise.all([primary.end(), standby.end()])
}

void handOver().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`hand-over: ${error.message}\n`)
    process.exit(1)
  },
)
