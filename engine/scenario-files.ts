import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { InterventionFailed, messageOf } from '../core/errors.js'
import type { CopyDamage, ScenarioFiles } from '../core/scenario.js'

/** Of the scenario that has its first deployment in this folder. */
export const filesDirectoryOf = (workDirectory: string): string => join(workDirectory, 'scenario-files')

/** Files below one folder, which is made when a path in it is first asked for. */
export function scenarioFiles(directory: string): ScenarioFiles {
  const pathOf = (name: string): string => {
    const path = join(directory, name)
    if (dirname(path) !== normalize(directory)) throw new Error(`while naming a file of a scenario: found ${JSON.stringify(name)}, expected a plain file name`)
    mkdirSync(directory, { recursive: true })
    return path
  }
  return {
    path: pathOf,
    async write(name, text) {
      const path = pathOf(name)
      await writeFile(path, text)
      return path
    },
    read: (path) => readFile(path, 'utf8').catch(() => undefined),
    async describe(path) {
      const content = await readFile(path).catch(() => undefined)
      return content === undefined ? undefined : { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
    },
    async damagedCopy(path, name, damage) {
      const content = await readFile(path).catch((thrown: unknown) => {
        throw new InterventionFailed('damage-copy', path, messageOf(thrown), thrown)
      })
      const copy = pathOf(name)
      await writeFile(copy, damaged(content, damage))
      return copy
    },
  }
}

function damaged(content: Buffer, damage: CopyDamage): Buffer {
  if (damage.kind === 'cut') return content.subarray(0, damage.toBytes)
  const changed = Buffer.from(content)
  changed.writeUInt8(changed.readUInt8(damage.atByte) ^ (1 << damage.bit), damage.atByte)
  return changed
}
