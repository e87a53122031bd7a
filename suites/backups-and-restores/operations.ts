import type { Operation } from '../../core/service-descriptor.js'

/** A text that is nothing but `{name}` becomes the JSON value itself, in the body and in what is expected. */
export function withJson(operation: Operation, name: string, values: Readonly<Record<string, unknown>>): Operation {
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const placeholder = /^\{(\w+)\}$/.exec(value)?.[1]
      return placeholder !== undefined && Object.hasOwn(values, placeholder) ? values[placeholder] : value
    }
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one)]))
  }
  const json = replaced(operation.expect.json) as Operation['expect']['json']
  return { ...operation, name, ...(operation.body === undefined ? {} : { body: replaced(operation.body) }), expect: { ...operation.expect, json } }
}

export const named = (operation: Operation, name: string): Operation => ({ ...operation, name })

/** `work` for each item, so many at a time, in order. */
export async function forEachOf<T>(items: readonly T[], atATime: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) await work(item, index)
  }
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker))
}

/** Where a procedure is addressed to: a command is nobody's, a request goes through the balancer. */
export const addressee = ({ via }: { readonly via: string }): string => (via === 'exec' ? 'operator' : 'balancer')

