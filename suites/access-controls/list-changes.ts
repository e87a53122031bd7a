import type { ScenarioContext } from '../../core/scenario.js'
import { operationOf } from './matrix.js'
import { beforeChangeLoad, changeLoad, changeName, listChanges, type ListChange } from './names.js'

const pollMs = 100
const afterMs = 150

/** Takes the permission of one caller away and gives it back, through one instance, and watches it on every instance. */
export async function changeTheList(context: ScenarioContext, limitMs: number): Promise<void> {
  const access = context.service.access!
  const read = operationOf(access, 'permitted', 'read')
  const through = context.instances[0]!.id
  for (const { id } of context.instances) await context.traffic.send({ load: beforeChangeLoad, operation: read, via: id })
  for (const change of listChanges) {
    await context.control.perform(access[change], { name: changeName(change), target: through, label: change })
    const untilMs = context.now() + limitMs
    await Promise.all(context.instances.map(({ id }) => follow(context, { change, instance: id, untilMs })))
    await context.pause(afterMs)
    for (const { id } of context.instances) await context.traffic.send({ load: changeLoad(change), operation: read, via: id })
  }
}

async function follow(context: ScenarioContext, { change, instance, untilMs }: { readonly change: ListChange; readonly instance: string; readonly untilMs: number }): Promise<void> {
  const access = context.service.access!
  const read = operationOf(access, 'permitted', 'read')
  for (;;) {
    const { status = 0, outcome } = await context.traffic.send({ load: changeLoad(change), operation: read, via: instance })
    const reached = change === 'deny' ? access.refusalStatus.includes(status) : outcome === 'ok' || outcome === 'degraded'
    if (reached || context.now() > untilMs) return
    await context.pause(pollMs)
  }
}
