import { setTimeout as pause } from 'node:timers/promises'
import { connectTo } from '../docker/engine-connection.js'
import { putBack, type Found } from './put-back.js'

/** What was told to end when the harness died may run still, and end without being started again. Whoever runs this ends it after nine seconds. */
const lookAgainAtMs = 5_500
const settleMsMin = 500

/**
 * A program of its own for whoever cleans up after a run that died: `node restore-project.js <address of the engine> <what was found>`.
 * The second is a JSON text of what `putBack` needs. Exit code 0: everything is as it was found.
 */
const [host = '', text = ''] = process.argv.slice(2)
const connection = await connectTo({ origin: 'journal', host }, {})
if (typeof connection === 'string') process.exit(1)
const all = JSON.parse(text) as readonly Found[]
const left = new Set(await putBack(connection.docker, all))
await pause(Math.max(settleMsMin, lookAgainAtMs - performance.now()))
for (const one of await putBack(connection.docker, all.map(({ readiness: _, ...found }) => found))) left.add(one)
for (const one of left) process.stderr.write(`${one}\n`)
process.exit(left.size === 0 ? 0 : 1)
