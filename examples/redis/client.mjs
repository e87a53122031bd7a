// How the harness talks to Redis. Needs the package `redis` in your own project (npm install redis).
import { createClient, ErrorReply } from 'redis'

/** One connection that neither reconnects nor queues nor repeats: what it reports is what happened. */
export async function open({ host, port, env }) {
  const client = createClient({
    socket: { host, port, reconnectStrategy: false, connectTimeout: 2_000 },
    disableOfflineQueue: true,
    ...(env.REDIS_PASSWORD === undefined ? {} : { password: env.REDIS_PASSWORD }),
  })
  client.on('error', () => {}) // every operation reports its own
  await client.connect()
  try {
    await client.ping() // refused while the data set is still being loaded
  } catch (error) {
    client.destroy()
    throw error
  }
  return client
}

/** An error that Redis itself answered, such as OOM or READONLY, means that nothing was written. */
export async function write(client, key, value) {
  try {
    await client.set(key, value)
  } catch (error) {
    if (error instanceof ErrorReply) error.rejected = true
    throw error
  }
}

export const read = (client, key) => client.get(key)

export async function list(client, prefix) {
  const keys = []
  for await (const batch of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 })) keys.push(...batch)
  return keys
}

export async function close(client) {
  client.destroy()
}

/** A new one for each start of the server. */
export async function boot(client) {
  return /^run_id:(\w+)/m.exec(await client.info('server'))[1]
}
