import type { DataFiles } from '../../core/declarations/data-files.js'
import type { FileDamage } from '../../core/driver.js'
import type { ThresholdValues } from '../../core/requirement.js'
import type { DamagedFile, ScenarioContext } from '../../core/scenario.js'
import { comebackLimitMs, watchBeyondLimitMs } from './time-limits.js'

export const damageLoads = { writes: 'file-writes', reads: (label: string): string => `after-${label}` } as const
/** Instead of the label of a damage. */
const undone = 'undo'
export const isCut = (label: string | undefined): boolean => label?.startsWith('cut-') === true

/** Values so long that a cut of a few bytes cannot reach beyond the last record. */
const valueBytes = 200
const cutBytesMax = 64
const readersAtOnce = 10
/** What one damage and the reading after it usually take; a planning value. */
export const usualDamageMs = 2_500

/** The damages to be done, in order: cuts first, because after the others nothing may start any more. */
export function damagesOf(values: ThresholdValues): readonly string[] {
  const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name}-${index + 1}`)
  return [...numbered('cut', Number(values['cuts'])), ...numbered('flip', Number(values['flips']))]
}

/** Damages the newest file of a component that died, lets it start, and reads everything back through the service. */
export async function damageAndRead(context: ScenarioContext): Promise<void> {
  const files = context.service.data?.files
  if (files === undefined) return
  const counts = { cuts: context.threshold('START-06', 'cuts'), flips: context.threshold('START-06', 'flips') }
  const values = new Map<string, string>()
  for (const label of damagesOf(counts)) {
    await write(context, files, values)
    const damaged = await damageOnce(context, { files, label, damage: isCut(label) ? cut(context, label, counts.cuts) : flip(context) })
    const serves = await untilSettled(context, { files, label, values })
    await readAll(context, { files, label, values })
    // What refuses to start has to begin anew, or the next damage would be done to something that is down already.
    if (!serves && label !== `flip-${counts.flips}` && !(await startAnew(context, { files, values }, damaged))) {
      // What is down for another reason would refuse every damage that follows.
      context.step(`${files.component} does not serve without the damage either: nothing more is damaged`)
      return
    }
  }
}

/** From different parts of the range, so that few cuts are not all short ones. */
function cut(context: ScenarioContext, label: string, cuts: number): (bytes: number) => FileDamage {
  const part = cuts - Number(label.slice('cut-'.length))
  const bytesCut = Math.ceil(((part + Math.max(0.1, context.random())) / cuts) * cutBytesMax)
  // The first cut is never a short one.
  const atLeast = part === cuts - 1 ? Math.max(bytesCut, cutBytesMax / 2) : bytesCut
  return (bytes) => ({ kind: 'truncate', toBytes: Math.max(0, bytes - atLeast) })
}

function flip(context: ScenarioContext): (bytes: number) => FileDamage {
  const at = 0.25 + 0.5 * context.random()
  return (bytes) => ({ kind: 'overwrite', fromByte: Math.floor(bytes * at), bytes: 1 })
}

async function write(context: ScenarioContext, { write: operation }: DataFiles, values: Map<string, string>): Promise<void> {
  const count = context.threshold('START-06', 'writes')
  context.step(`writing ${count} values that end in a file`)
  for (let written = 0; written < count; written++) {
    const key = context.traffic.newKey()
    const value = `${key}-${'abcdefghij'.repeat(valueBytes / 10)}`.slice(0, valueBytes)
    values.set(key, value)
    // One after the other: the last one that is acknowledged is the last one in the file.
    await context.traffic.send({ load: damageLoads.writes, operation, via: 'balancer', key, value })
  }
}

interface Damage {
  readonly files: DataFiles
  readonly label: string
  readonly damage: (bytes: number) => FileDamage
}
async function damageOnce(context: ScenarioContext, { files, label, damage }: Damage): Promise<DamagedFile> {
  context.step(`killing ${files.component} and damaging its file (${label})`)
  const held = await context.control.killAndHold(files.component, label)
  try {
    return await context.control.damageDataFile(files.component, files.pattern, damage, label)
  } finally {
    // Told before: from here on it may answer again.
    context.observe('release', files.component, { label })
    await held.undo()
  }
}

interface Reading {
  readonly files: DataFiles
  readonly label: string
  readonly values: ReadonlyMap<string, string>
}

/** Until anything is served, or has not been for long enough to be called refused. After a cut it has to be. */
async function untilSettled(context: ScenarioContext, { files, label, values }: Reading): Promise<boolean> {
  const limitMs = isCut(label) || label === undone ? comebackLimitMs(context.threshold('START-06', 'ready_within_s'), context.service.lifecycle.startTimeoutMs) + watchBeyondLimitMs : context.threshold('START-06', 'refusal_watched_s') * 1_000
  const [key] = values.keys()
  return context.until(`${files.component} serves what it has`, async () => key !== undefined && (await read(context, { files, label, values }, key)), limitMs)
}

/** Whether the service gave an answer about the value, whatever it was. */
async function read(context: ScenarioContext, { files, label, values }: Reading, key: string): Promise<boolean> {
  const { outcome, status } = await context.traffic.send({ load: damageLoads.reads(label), operation: files.read, via: 'balancer', key, value: values.get(key) ?? '' })
  return outcome === 'ok' || outcome === 'wrong-content' || status === 404 || status === 410
}

async function readAll(context: ScenarioContext, reading: Reading): Promise<void> {
  context.step(`reading every value back (${reading.label})`)
  const keys = [...reading.values.keys()]
  for (let from = 0; from < keys.length; from += readersAtOnce) {
    await Promise.all(keys.slice(from, from + readersAtOnce).map((key) => read(context, reading, key)))
  }
}

/** Data that outlive the run are not thrown away: there the damage is taken back, and the values are as they were. Whether it may be damaged again. */
async function startAnew(context: ScenarioContext, { files, values }: { readonly files: DataFiles; readonly values: Map<string, string> }, { undo }: DamagedFile): Promise<boolean> {
  const { component } = files
  if (undo !== undefined) {
    context.step(`taking the damage of ${component} back`)
    await undo()
    return untilSettled(context, { files, values, label: undone })
  }
  context.step(`giving ${component} an empty folder`)
  await context.control.replaceComponent(component, { address: 'same', data: 'empty', label: 'anew' })
  values.clear()
  return true // it is not served by what it had: the writes that follow tell
}
