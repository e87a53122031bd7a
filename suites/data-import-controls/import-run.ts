import { feedText, type FeedRecord } from '../../core/declarations/import.js'
import { atJsonPointer } from '../../core/json-pointer.js'
import type { Performed, Procedure, ReadValue } from '../../core/procedure.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { compare, listedRecords } from './comparison.js'
import { alertAfter, doneObservation, importIntervention, recordsAfter, type ImportDone, type ImportName } from './names.js'

const settleMsDefault = 500
const pollMs = 100
const accepted = 202
/** What must not change is looked at a little later, when a change that goes on behind the answer would show. */
const stillMs = 300

export interface ImportPlan {
  readonly name: ImportName
  readonly feed: readonly FeedRecord[]
  readonly permitted?: boolean
  readonly malformedAt?: readonly number[]
  /** What the records become if all is well; undefined: what they are. */
  readonly becomes?: readonly FeedRecord[]
}

/** Runs one import through one instance, and reads all records afterwards. */
export async function runImport(context: ScenarioContext, plan: ImportPlan): Promise<void> {
  const { run, runPermitted, feed: format, malformed, alert } = context.service.import!
  const text = feedText(format, plan.feed, plan.malformedAt)
  const file = await context.files.write(`${plan.name}.feed`, text)
  const procedure: Procedure = plan.permitted === true ? (runPermitted ?? run) : run
  const performed = await context.control.perform(procedure, { name: importIntervention, target: context.instances[0]!.id, label: plan.name, values: { feed: text, file } })
  const rejected = malformed?.kind === 'skip-and-report' ? countAt(performed.output, malformed.rejected) : undefined
  const done: ImportDone = {
    fed: plan.feed,
    ok: performed.ok,
    told: isTold(performed),
    ...(performed.error === undefined ? {} : { error: performed.error.slice(0, 200) }),
    ...(rejected === undefined ? {} : { rejected }),
  }
  context.observe(doneObservation, plan.name, done)
  await readBack(context, plan)
  if (alert !== undefined) await context.traffic.readValue({ name: alertAfter(plan.name), probe: alert, via: 'balancer' })
}

/** 5xx is a service that failed, not one that refused; 202 says that an import has begun, and nothing of how it ended (RFC 9110, 15.3.3). */
export const isTold = ({ ok, status, exitCode }: Pick<Performed, 'ok' | 'status' | 'exitCode'>): boolean => status !== accepted && (ok || exitCode !== undefined || (status !== undefined && status < 500 && status !== 429))

async function readBack(context: ScenarioContext, { name, becomes }: ImportPlan): Promise<void> {
  const { records } = context.service.import!
  const read = (): Promise<ReadValue> => context.traffic.readValue({ name: recordsAfter(name), probe: records.probe, via: 'balancer', timeoutMs: 5_000 })
  if (becomes === undefined) {
    await context.pause(stillMs)
    await read()
    return
  }
  const untilMs = context.now() + (context.service.data?.maxLagMs ?? 0) + settleMsDefault
  for (;;) {
    const found = listedRecords(await read(), records)
    if (context.now() > untilMs || (found !== undefined && compare(becomes, found).deviations === 0)) return
    await context.pause(pollMs)
  }
}

/** A number, or the length of a list. */
function countAt(output: string, pointer: string): number | undefined {
  try {
    const found = atJsonPointer(JSON.parse(output) as unknown, pointer)
    return Array.isArray(found) ? found.length : typeof found === 'number' ? found : undefined
  } catch {
    return undefined
  }
}
