import { connectTo } from '../docker/engine-connection.js'
import { parseFound, putBackStack } from './found-stack.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node restore-stack.js <address of the engine> <what was found>`.
 * The second is a JSON text of what `putBackStack` needs. Exit code 0: everything is as it was found. Whoever runs this ends it
 * after nine seconds: the specification is put back at once, and the swarm makes what is missing by itself.
 */
const limits = { runningWithinMs: 6_000, readyWithinMs: 1_000, rolledBackWithinMs: 0 }
const [host = '', text = ''] = process.argv.slice(2)
const connection = await connectTo({ origin: 'journal', host }, {})
const found = parseFound(text)
if (typeof connection === 'string' || found === undefined) process.exit(1)
const left = await putBackStack(connection.docker, found, limits)
for (const one of left) process.stderr.write(`${one}\n`)
process.exit(left.length === 0 ? 0 : 1)
