import { accessCallers, accessKinds, mayBeDone, sentBy, type AccessCaller, type AccessControl, type AccessKind } from '../../core/declarations/access.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { cellLoad, effectLoad } from './names.js'
import { isVerdict } from './verdicts.js'

/** A caller that was told to come later is not asked to come too late for the experiment. */
const retryAfterMsMax = 5_000
const pauseMsDefault = 200
/** What has no verdict is asked again, and not for ever. */
const askedOfEachMax = 3

/** Every caller asks for every kind of operation, side by side; then what was written is looked for by a caller that may read. */
export async function walkMatrix(context: ScenarioContext, requestsPerCell: number): Promise<void> {
  const access = context.service.access!
  const written = await Promise.all(accessCallers.map((caller) => askForEverything(context, caller, requestsPerCell)))
  written.push(await refuseEverywhere(context))
  const read = readerOf(context)
  for (const key of written.flat()) await context.traffic.send({ load: effectLoad, operation: read, via: 'balancer', key })
  context.observe('matrix-end', 'balancer', { unlisted: access.unlisted })
}

/** Every cell that is to be refused is asked for on each instance itself: a balancer may have spared one of them. Returns the keys it tried to write. */
async function refuseEverywhere(context: ScenarioContext): Promise<string[]> {
  const access = context.service.access!
  const keys: string[] = []
  for (const cell of cells.filter((one) => !isAllowed(access.unlisted, one))) {
    const operation = operationOf(access, cell.caller, cell.kind)
    for (const { id } of context.instances) {
      const key = operation.mutates ? context.traffic.newKey() : undefined
      if (key !== undefined && cell.kind === 'write') keys.push(key)
      for (let asked = 0; asked < askedOfEachMax; asked++) {
        const { status } = await context.traffic.send({ load: cellLoad(cell.caller, cell.kind), operation, via: id, ...(key === undefined ? {} : { key }) })
        if (isVerdict(status)) break
        await context.pause(pauseMsDefault)
      }
    }
  }
  return keys
}

/** Returns the keys it tried to write. */
async function askForEverything(context: ScenarioContext, caller: AccessCaller, requestsPerCell: number): Promise<string[]> {
  const keys: string[] = []
  for (const kind of accessKinds) {
    const operation = operationOf(context.service.access!, caller, kind)
    let verdicts = 0
    // What has no verdict, such as a time-out, is asked once more; a service that gives none is not asked for ever.
    for (let asked = 0; asked < 2 * requestsPerCell && verdicts < requestsPerCell; asked++) {
      const key = operation.mutates ? context.traffic.newKey() : undefined
      if (key !== undefined && kind === 'write') keys.push(key)
      const sent = await context.traffic.send({ load: cellLoad(caller, kind), operation, via: 'balancer', ...(key === undefined ? {} : { key }) })
      if (isVerdict(sent.status)) verdicts += 1
      else await context.pause(Math.min(retryAfterMsMax, 1_000 * Number(sent.headers?.['retry-after']) || pauseMsDefault))
    }
  }
  return keys
}

export const operationOf = (access: AccessControl, caller: AccessCaller, kind: AccessKind): Operation =>
  sentBy(access.operations[kind], caller === 'anonymous' ? undefined : access.callers[caller])

/** The strong read belongs to the write of `data`; for another write the read of the section itself has to do. */
function readerOf({ service: { access, data } }: ScenarioContext): Operation {
  const { read, write } = access!.operations
  const strong = data?.write.name === write.name ? data.readStrong : undefined
  return sentBy(strong ?? read, access!.callers.permitted)
}

/** Cells in which the declaration wants a refusal, and the others. */
export const cells: readonly { readonly caller: AccessCaller; readonly kind: AccessKind }[] = accessCallers.flatMap((caller) => accessKinds.map((kind) => ({ caller, kind })))
export const isAllowed = (unlisted: AccessControl['unlisted'], { caller, kind }: { readonly caller: AccessCaller; readonly kind: AccessKind }): boolean => mayBeDone(unlisted, caller, kind)
