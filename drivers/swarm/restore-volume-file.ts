import { messageOf } from '../../core/errors.js'
import { keepDamages, keptDamages, takeBackInVolume } from './kept-damages.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node restore-volume-file.js <file>`, where the file has the
 * damages that were done. Exit code 0: they are taken back, or are none any more, and so is the file.
 */
const [file = ''] = process.argv.slice(2)
try {
  const left = takeBackInVolume(keptDamages(file)).flatMap(({ damage, found }) => (typeof found === 'string' ? [] : [{ damage, ...found }])).reverse()
  keepDamages(file, left.map(({ damage }) => damage))
  for (const { damage, problem } of left) process.stderr.write(`${damage.path} in ${damage.folder}: ${problem}\n`)
  process.exitCode = left.length === 0 ? 0 : 1
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
}
