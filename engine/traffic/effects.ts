import type { Instance } from '../../core/driver.js'
import type { Operation } from '../../core/service-descriptor.js'
import type { TrafficContext } from './context.js'
import { readInstance } from './direct-reading.js'
import { parsed } from './expectation.js'
import { valueOf } from './keys.js'
import { atPointer, Template } from './template.js'

const readTimeoutMs = 2_000
const againMs = 100

/**
 * How often the effect with a key happened, by the word of one instance; 404 means never. Undefined when the
 * operation declares no effect, or the answer does not say.
 */
export async function effectCount(context: TrafficContext, instance: Instance, options: { readonly operation: Operation; readonly key: string }): Promise<number | undefined> {
  const { effect } = options.operation
  if (effect === undefined) return undefined
  const path = new Template(effect.path).fill({ key: options.key, value: valueOf(options.key) }, encodeURIComponent)
  const answer = await readInstance(context, instance, { path, timeoutMs: readTimeoutMs })
  if (answer.ending !== 'complete') return undefined
  if (answer.status === 404) return 0
  if (answer.status === undefined || answer.status < 200 || answer.status >= 300) return undefined
  const count = atPointer(parsed(answer.body.text())?.value, effect.pointer)
  return typeof count === 'number' && Number.isFinite(count) ? count : undefined
}

interface LookUp {
  readonly operation: Operation
  readonly key: string
  /** The instance to be asked only when no other can tell. */
  readonly last: string
}

/** The same from the first instance that can tell. A 0 is asked again for as long as a read may lag behind. */
export async function effectCountAnywhere(context: TrafficContext, options: LookUp): Promise<number | undefined> {
  const endAtMs = context.clock() + context.visibleAfterMs
  for (;;) {
    const count = await fromOneOfThem(context, options)
    if (count !== 0 || context.clock() >= endAtMs || context.signal.aborted) return count
    await new Promise((resolve) => setTimeout(resolve, againMs))
  }
}

async function fromOneOfThem(context: TrafficContext, options: LookUp): Promise<number | undefined> {
  const inTurn = [...context.instances].sort((a, b) => Number(a.id === options.last) - Number(b.id === options.last))
  for (const instance of inTurn) {
    const count = await effectCount(context, instance, options)
    if (count !== undefined) return count
  }
  return undefined
}
