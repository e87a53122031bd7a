import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import type { RestartPolicy } from '../../core/service-descriptor.js'

/** What the machine's unit files may say otherwise than the descriptor: `{machine}/units/<name>.json`. */
export interface UnitOverride {
  readonly restart?: RestartPolicy
  readonly startAtBoot?: boolean
}

const policies: readonly unknown[] = ['always', 'on-failure', 'never']

/**
 * Overrides of a unit: of the first of these names, then of the next ones for what is still open. A file that is not
 * understood is an error: a policy that is not in force would make every verdict on it false. Throws SeaworthyError.
 */
export function readUnitOverride(folder: string, names: readonly string[]): UnitOverride {
  return names.reduceRight<UnitOverride>((known, name) => ({ ...known, ...readFile(join(folder, `${name}.json`)) }), {})
}

function readFile(file: string): UnitOverride {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw wrong(file, messageOf(error))
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw wrong(file, messageOf(error))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(file, 'no object')
  for (const [key, setting] of Object.entries(value)) {
    const fine = key === 'restart' ? policies.includes(setting) : key === 'startAtBoot' && typeof setting === 'boolean'
    if (!fine) throw wrong(file, `"${key}": ${JSON.stringify(setting)}`)
  }
  return value
}

const wrong = (file: string, found: string): SeaworthyError =>
  new SeaworthyError('SW_UNIT_OVERRIDE', `while reading the unit file ${file}: found ${found}, expected an object with "restart" (always, on-failure, never) and "startAtBoot" (true, false)`)
