// How the harness talks to PostgreSQL. Needs the package `pg` in your own project (npm install pg).
import pg from 'pg'

/** One connection; the table is made by whoever comes first. */
export async function open({ host, port, env }) {
  const client = new pg.Client({
    host,
    port,
    user: env.PGUSER ?? 'postgres',
    database: env.PGDATABASE ?? 'postgres',
    password: env.PGPASSWORD,
    connectionTimeoutMillis: 2_000,
  })
  client.on('error', () => {}) // every operation reports its own
  await client.connect()
  return client
}

/** An error that PostgreSQL itself answered has undone the statement; a connection that broke has not. */
export async function write(client, key, value) {
  try {
    await client.query('INSERT INTO seaworthy_keys (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [key, value])
  } catch (error) {
    // Class 57 (shut down by an operator, crash) and 08 (connection) leave open what became of it.
    if (error.severity === 'ERROR' && !/^(57|08|40003)/.test(error.code)) error.rejected = true
    throw error
  }
}

export async function read(client, key) {
  const { rows } = await client.query('SELECT value FROM seaworthy_keys WHERE key = $1', [key])
  return rows[0]?.value
}

export async function list(client, prefix) {
  const { rows } = await client.query('SELECT key FROM seaworthy_keys WHERE starts_with(key, $1)', [prefix])
  return rows.map(({ key }) => key)
}

export async function close(client) {
  client.connection.stream.destroy() // a server that is gone does not answer a goodbye
}

/** When this server process started. */
export async function boot(client) {
  const { rows } = await client.query('SELECT pg_postmaster_start_time()::text AS started')
  return rows[0].started
}
