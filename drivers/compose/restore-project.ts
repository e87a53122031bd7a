import { connectTo } from '../docker/engine-connection.js'
import { putBack, type Found } from './put-back.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node restore-project.js <address of the engine> <what was found>`.
 * The second is a JSON text of what `putBack` needs. Exit code 0: everything is as it was found.
 */
const [host = '', text = ''] = process.argv.slice(2)
const connection = await connectTo({ origin: 'journal', host }, {})
if (typeof connection === 'string') process.exit(1)
const left = await putBack(connection.docker, JSON.parse(text) as readonly Found[])
for (const one of left) process.stderr.write(`${one}\n`)
process.exit(left.length === 0 ? 0 : 1)
