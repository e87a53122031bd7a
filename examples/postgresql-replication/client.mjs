// How the harness talks to Pgpool-II. Needs the package `pg` in your own project (npm install pg).
export { close, open, read as readOrdinary, write } from '../postgresql/client.mjs'

/** Pgpool-II sends a SELECT behind this comment to the primary. */
const onPrimary = '/*NO LOAD BALANCE*/'

export async function read(client, key) {
  const { rows } = await client.query(`${onPrimary} SELECT value FROM seaworthy_keys WHERE key = $1`, [key])
  return rows[0]?.value
}

export async function list(client, prefix) {
  const { rows } = await client.query(`${onPrimary} SELECT key FROM seaworthy_keys WHERE starts_with(key, $1)`, [prefix])
  return rows.map(({ key }) => key)
}
