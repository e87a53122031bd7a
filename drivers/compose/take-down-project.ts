import { connectTo } from '../docker/engine-connection.js'
import { removeProject, type Kept } from './remove-project.js'

/** As a program for whoever cleans up after a run that died: `node take-down-project.js <address of the engine> <project> <what was there before>`. */
const settleMs = 500
const [host = '', project = '', kept = ''] = process.argv.slice(2)
const connection = await connectTo({ origin: 'journal', host }, {})
if (typeof connection === 'string' || project === '') process.exit(1)
const left = await removeProject(connection.docker, project, JSON.parse(kept) as Kept, settleMs)
process.exit(left.length === 0 ? 0 : 1)
