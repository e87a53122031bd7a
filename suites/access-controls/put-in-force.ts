import type { ScenarioContext, Sent } from '../../core/scenario.js'
import type { Operation } from '../../core/service-descriptor.js'
import { limitedOperation } from './limits.js'
import { cells, isAllowed, operationOf } from './matrix.js'
import { beforeEnablingLoad, enableName, limitBeforeEnablingLoad } from './names.js'
import { isVerdict } from './verdicts.js'

/** What has no verdict is asked again, and not for ever. */
const askedOfEachMax = 3
const pauseMs = 200

interface Asked {
  readonly load: string
  readonly operation: Operation
  /** Reads that are to be served: may be asked again and again until they are. */
  readonly awaited: boolean
}

/**
 * Where the list is not always in force: until a caller that may nothing is refused everywhere, and who may was let through. Everybody asks
 * before it, too. The deployment may be an empty copy, whose database knows no callers: what is refused there is not refused by the list.
 */
export async function putInForce(context: ScenarioContext, limitMs: number): Promise<void> {
  const access = context.service.access!
  if (access.enable === undefined) return
  context.step('every caller asks before the access list is put in force')
  const awaited = await unservedReads(context)
  context.step('the access list is put in force')
  await context.control.perform(access.enable, { name: enableName, target: context.instances[0]!.id })
  const everywhere = async (operation: Operation, holds: (sent: Sent) => boolean): Promise<boolean> =>
    (await Promise.all(context.instances.map(({ id }) => context.traffic.send({ load: 'before the matrix', operation, via: id })))).every(holds)
  const inForce = async (): Promise<boolean> => {
    if (!(await everywhere(operationOf(access, 'denied', 'read'), ({ status = 0 }) => access.refusalStatus.includes(status)))) return false
    for (const operation of awaited) if (!(await everywhere(operation, wasLetThrough))) return false
    return true
  }
  await context.until('the access list is in force on every replica', inForce, limitMs)
}

/** Who is told to come later is known. */
const wasLetThrough = ({ outcome, status }: Sent): boolean => isServed(outcome) || status === 429
const isServed = (outcome: string): boolean => outcome === 'ok' || outcome === 'degraded'

/** Asks for everything that is asked for later, and returns the reads that may be done and were not served yet. */
async function unservedReads(context: ScenarioContext): Promise<readonly Operation[]> {
  const unserved: Operation[] = []
  for (const { load, operation, awaited } of askedLater(context)) {
    const { outcome } = await ask(context, load, operation)
    if (awaited && !isServed(outcome)) unserved.push(operation)
  }
  return unserved
}

function askedLater({ service: { access, limits }, selected }: ScenarioContext): readonly Asked[] {
  const ofMatrix = cells.map((cell): Asked => ({ load: beforeEnablingLoad(cell.caller, cell.kind), operation: operationOf(access!, cell.caller, cell.kind), awaited: cell.kind === 'read' && isAllowed(access!.unlisted, cell) }))
  const limited = limits?.rate === undefined ? undefined : limitedOperation(limits.rate, limits.rate.caller)
  const ofLimit = limited === undefined ? [] : [{ load: limitBeforeEnablingLoad, operation: limited, awaited: !limited.mutates }]
  return [...(selected.has('ACCS-01') ? ofMatrix : []), ...(selected.has('ACCS-02') ? ofLimit : [])]
}

async function ask(context: ScenarioContext, load: string, operation: Operation): Promise<Sent> {
  for (let asked = 1; ; asked++) {
    const sent = await context.traffic.send({ load, operation, via: 'balancer', ...(operation.mutates ? { key: context.traffic.newKey() } : {}) })
    if (isVerdict(sent.status) || asked === askedOfEachMax) return sent
    await context.pause(pauseMs)
  }
}
