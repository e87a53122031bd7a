import { connectTo } from './engine-connection.js'
import { runLabel } from './labels.js'
import { removeObjects } from './remove-objects.js'

/** An order of the harness that was on its way to the engine when the harness died is carried out yet. */
const settleMs = 500

/**
 * A program of its own for whoever cleans up after a run that died: `node remove-run.js <address of the engine> <run id>`.
 * An engine that does not answer any more runs nothing: its containers come back with it, so that is no success.
 */
const [host = '', runId = ''] = process.argv.slice(2)
const connection = await connectTo({ origin: 'journal', host }, {})
if (typeof connection === 'string' || runId === '') process.exit(1)
const left = await removeObjects(connection.docker, { label: `${runLabel}=${runId}`, namePrefix: `seaworthy-${runId}-` }, settleMs)
process.exit(left.length === 0 ? 0 : 1)
