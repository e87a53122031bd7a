import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { exitCodeConfiguration } from './defects.js'

/**
 * What operators ask one database of, past the service: `node database-inspection.js COMMAND HOST PORT [KEYS]`.
 *
 * - `counters` prints `{ reads, writes, refused }`: scans of tables, rows changed, and transactions that were rolled back.
 * - `holds` prints those of KEYS (with commas between) that are in the table of records, as a JSON array.
 * - `pause` and `resume` stop and continue the replay of a read replica, and return when it has stopped or continues.
 */
const stateTimeoutMs = 5_000

const commands: Readonly<Record<string, (client: pg.Client, keys: string) => Promise<unknown>>> = {
  async counters(client) {
    const { rows } = await client.query<Record<string, number>>(`
      select coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::float8 as reads,
        coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 as writes,
        (select xact_rollback::float8 from pg_stat_database where datname = current_database()) as refused
      from pg_stat_user_tables`)
    return rows[0]
  },
  async holds(client, keys) {
    const { rows } = await client.query<{ key: string }>('select key from records where key = any($1)', [keys.split(',')])
    return rows.map(({ key }) => key)
  },
  async pause(client) {
    await client.query('select pg_wal_replay_pause()')
    return untilReplay(client, 'paused')
  },
  async resume(client) {
    await client.query('select pg_wal_replay_resume()')
    return untilReplay(client, 'not paused')
  },
}

async function untilReplay(client: pg.Client, wanted: string): Promise<{ readonly replay: string }> {
  const untilMs = performance.now() + stateTimeoutMs
  for (;;) {
    const { rows } = await client.query<{ state: string }>('select pg_get_wal_replay_pause_state() as state')
    const state = rows[0]?.state ?? 'unknown'
    if (state === wanted) return { replay: state }
    if (performance.now() > untilMs) throw new Error(`replay is ${state} after ${stateTimeoutMs} ms, expected ${wanted}`)
    await pause(10)
  }
}

async function main([command = '', host = '', port = '', keys = '']: readonly string[]): Promise<void> {
  const run = commands[command]
  if (run === undefined) {
    process.stderr.write(`database-inspection: found the command "${command}", expected one of: ${Object.keys(commands).join(', ')}\n`)
    process.exit(exitCodeConfiguration)
  }
  const client = new pg.Client({ host, port: Number(port), user: 'postgres', database: 'postgres', connectionTimeoutMillis: 2_000, query_timeout: 4_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    process.stdout.write(`${JSON.stringify(await run(client, keys))}\n`)
  } finally {
    await client.end()
  }
}

void main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`database-inspection: ${error.message}\n`)
  process.exitCode = 1
})
