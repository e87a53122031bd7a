import { problemOf } from '../process/data-files.js'
import { takeBackInVolume, type DamageInVolume } from './volume-files.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node restore-volume-file.js <what was damaged>`, a JSON text of
 * what `takeBackInVolume` needs. Exit code 0: the damage is taken back, or is none any more.
 */
const [text = ''] = process.argv.slice(2)
const problem = problemOf(() => takeBackInVolume(JSON.parse(text) as DamageInVolume))
if (problem !== null) process.stderr.write(`${problem}\n`)
process.exit(problem === null ? 0 : 1)
